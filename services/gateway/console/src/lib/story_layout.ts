// Where the parts of the story's picture stand. Pure geometry, in CSS pixels.

import type { Lane, Story } from './story.ts';

export interface Size {
  width: number; // that is there
  compact: boolean; // labels above their tracks
}

export interface Layout {
  width: number; // that is needed; more than is there with many calls
  height: number;
  labelWidth: number;
  columnWidth: number;
  rowHeight: number;
  trackOffset: number; // of a track's middle below its row's top
  headerHeight: number;
  centers: number[]; // of the calls' columns
  rows: LaneRow[];
  clearRow?: number; // top of the row for "nothing in the way"
  path: string; // the line through the primary blockers
  stops: { x: number; y: number; clear: boolean }[]; // one a call
}

export interface LaneRow {
  lane: Lane;
  top: number;
  bars: { x: number; width: number; open: boolean }[];
  marks: { x: number; y: number }[]; // in the order of lane.marks
}

const minColumnWidth = 84;
const minCompactColumnWidth = 60;
const markGap = 22;
const openEnd = 14; // how far the bar of an open blocker runs past the last call

interface Position {
  call: number;
  order: number;
  of: number;
}

export function layOut(story: Story, size: Size): Layout {
  const count = Math.max(1, story.calls.length);
  const labelWidth = size.compact ? 0 : Math.min(248, Math.max(180, size.width * 0.24));
  const least = size.compact ? minCompactColumnWidth : minColumnWidth;
  const columnWidth = Math.max(least, (size.width - labelWidth) / count);
  const rowHeight = size.compact ? 66 : 60;
  const trackOffset = size.compact ? 46 : 30;
  const headerHeight = 62;
  const centers = Array.from({ length: count }, (_, i) => labelWidth + columnWidth * (i + 0.5));
  const gap = Math.min(markGap, columnWidth / 3.2);
  const x = ({ call, order, of }: Position) =>
    (centers[call] ?? labelWidth) + (order - (of - 1) / 2) * gap;

  const rows = story.lanes.map((lane, i) => {
    const top = headerHeight + i * rowHeight;
    const end = labelWidth + columnWidth * (count - 0.5) + Math.min(openEnd, columnWidth / 3);
    const bars = lane.spans.map((span) => {
      const from = x(span.from);
      const to = span.to ? x(span.to) : Math.max(end, from + openEnd);
      return { x: from, width: to - from, open: span.to === undefined };
    });
    return { lane, top, bars, marks: lane.marks.map((mark) => ({ x: x(mark), y: top + trackOffset })) };
  });

  const clearRow = story.clearIn.length > 0 ? headerHeight + rows.length * rowHeight : undefined;
  const stops = story.calls.map((_, i) => {
    const row = rows.find(({ lane }) => lane.primaryIn.includes(i));
    const top = row?.top ?? clearRow ?? headerHeight;
    return { x: centers[i] ?? 0, y: top + trackOffset, clear: row === undefined };
  });
  const height = headerHeight + (rows.length + (clearRow === undefined ? 0 : 1)) * rowHeight;
  return {
    width: labelWidth + columnWidth * count, height, labelWidth, columnWidth, rowHeight,
    trackOffset, headerHeight, centers, rows, clearRow, path: throughline(stops, columnWidth), stops,
  };
}

// Runs level through each call and bends from lane to lane between two calls.
export function throughline(stops: { x: number; y: number }[], columnWidth: number): string {
  const [first, ...others] = stops;
  if (!first) return '';
  const level = columnWidth * 0.2;
  let path = `M${round(first.x - level)} ${round(first.y)}`;
  let last = first;
  for (const stop of others) {
    const from = last.x + level;
    const to = stop.x - level;
    const middle = (from + to) / 2;
    path += ` H${round(from)}`;
    if (stop.y === last.y) path += ` H${round(to)}`;
    else {
      path += ` C${round(middle)} ${round(last.y)} ${round(middle)} ${round(stop.y)} ${round(to)} ${round(stop.y)}`;
    }
    last = stop;
  }
  return `${path} H${round(last.x + level)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
