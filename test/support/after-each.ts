/** Loaded by vitest before each test file, in every process again: ends what the test used. */
import { afterEach } from 'vitest';
import { endTest } from './endings.ts';

afterEach(endTest);
