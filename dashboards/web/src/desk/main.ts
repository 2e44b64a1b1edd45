import '../styles/fonts.css';
import '../styles/tokens.css';
import './desk.css';
import { mount } from 'svelte';
import Desk from './Desk.svelte';

const target = document.getElementById('desk');
if (target !== null) mount(Desk, { target });
