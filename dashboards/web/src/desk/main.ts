import '../styles/fonts.css';
import '../styles/tokens.css';
import './desk.css';
import { mount } from 'svelte';
import Desk from './Desk.svelte';
import Screens from './screens/Screens.svelte';

const target = document.getElementById('desk');
if (target !== null) mount(window.location.pathname === '/ops/screens' ? Screens : Desk, { target });
