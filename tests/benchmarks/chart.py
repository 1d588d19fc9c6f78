"""Charts as the text of an SVG."""

COLORS = ["#2563eb", "#d97706", "#059669", "#dc2626"]


def lines(title, x_label, y_label, x_names, series):
    """A line chart with evenly spaced points, the y axis from zero, as the text of an SVG."""
    width, height, left, bottom, top = 720, 320, 64, 48, 40
    highest = max(max(values) for _, values in series) or 1
    step = (width - left - 24) / max(1, len(x_names) - 1)

    def place(index, value):
        return (left + index * step,
                height - bottom - value / highest * (height - bottom - top))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{left}" y="20" font-size="15" font-weight="bold">{title}</text>',
        f'<text x="{width / 2}" y="{height - 8}" text-anchor="middle">{x_label}</text>',
        f'<text x="14" y="{height / 2}" text-anchor="middle" '
        f'transform="rotate(-90 14 {height / 2})">{y_label}</text>']
    for tick in range(5):
        value = highest * tick / 4
        _, y = place(0, value)
        parts.append(f'<line x1="{left}" x2="{width - 24}" y1="{y:.1f}" y2="{y:.1f}" '
                     'stroke="#e5e7eb"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.4g}</text>')
    for index, name in enumerate(x_names):
        x, _ = place(index, 0)
        parts.append(f'<text x="{x:.1f}" y="{height - bottom + 18}" '
                     f'text-anchor="middle">{name}</text>')
    for number, (name, values) in enumerate(series):
        points = " ".join("%.1f,%.1f" % place(i, v) for i, v in enumerate(values))
        color = COLORS[number % len(COLORS)]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" '
                     'stroke-width="2"/>')
        parts.append(f'<text x="{left + 90 * number + 4}" y="36" fill="{color}">{name}</text>')
    return "\n".join(parts + ["</svg>"]) + "\n"
