import { matchView, type View } from './lib/routes.ts';
import { EvidencePanel } from './ui/evidence.tsx';
import { askForKey, KeyDialog } from './ui/key_dialog.tsx';
import { NavigationProvider, useAddress } from './ui/navigation.tsx';
import { ThemeToggle } from './ui/theme.tsx';
import { CallView } from './views/call.tsx';
import { CustomersView } from './views/customers.tsx';
import { DealView } from './views/deal/deal.tsx';
import { JobsView } from './views/jobs.tsx';
import { ProcessView } from './views/process.tsx';
import { DecisionView } from './views/routing/decision.tsx';
import { RoutingView } from './views/routing/routing.tsx';
import { UnknownView } from './views/unknown.tsx';

function Current({ view }: { view: View }) {
  switch (view.name) {
    case 'customers':
      return <CustomersView />;
    case 'deal':
      return <DealView key={view.customerId} customerId={view.customerId} tab={view.tab} />;
    case 'call':
      return <CallView key={view.callId} customerId={view.customerId} callId={view.callId} />;
    case 'process':
      return <ProcessView />;
    case 'routing':
      return <RoutingView />;
    case 'decision':
      return <DecisionView key={view.decisionId} decisionId={view.decisionId} />;
    case 'jobs':
      return <JobsView />;
    default:
      return <UnknownView />;
  }
}

const links: { href: string; text: string; views: View['name'][] }[] = [
  { href: '/', text: 'Customers', views: ['customers', 'deal', 'call'] },
  { href: '/process', text: 'Process a call', views: ['process'] },
  { href: '/routing', text: 'Routing', views: ['routing', 'decision'] },
  { href: '/jobs', text: 'Jobs', views: ['jobs'] },
];

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 34 20" width="34" height="20" aria-hidden="true">
      <path class="mark-line" d="M2 5h8c7 0 6 10 13 10h9" />
      <circle cx="4" cy="5" r="2.6" />
      <circle cx="30" cy="15" r="2.6" />
    </svg>
  );
}

function Shell() {
  const { pathname } = useAddress();
  const view = matchView(pathname);
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <div class="top-inner">
          <a class="brand" href="/">
            <Mark /> Throughline
          </a>
          <nav class="top-nav" aria-label="Main">
            {links.map((link) => (
              <a key={link.href} href={link.href} aria-current={link.views.includes(view.name) ? 'page' : undefined}>
                {link.text}
              </a>
            ))}
          </nav>
          <div class="top-tools">
            <button type="button" class="icon-button" aria-label="API key" title="API key" onClick={askForKey}>
              <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
                <path
                  d="M8.2 11.8a3.6 3.6 0 1 0-2.9 1.4 3.6 3.6 0 0 0 2.9-1.4zm0 0L17 11.8m-3 0v3m3-3v2"
                  fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"
                />
              </svg>
            </button>
            <ThemeToggle />
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Current view={view} />
      </main>
      <EvidencePanel />
      <KeyDialog />
    </>
  );
}

export function App() {
  return (
    <NavigationProvider>
      <Shell />
    </NavigationProvider>
  );
}
