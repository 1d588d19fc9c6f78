import { render } from 'preact';
import { App } from './app.tsx';
import './styles/index.css';
import { applyStoredTheme } from './ui/theme.tsx';

applyStoredTheme();
const root = document.getElementById('app');
if (root) render(<App />, root);
