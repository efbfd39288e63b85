/** Worker entry of the tests. */
import { serveTasks } from '../../src/compute/index.ts';
import * as tasks from './compute-tasks.ts';

const { unknownTask: _unserved, ...served } = tasks;

// eslint-disable-next-line import/no-default-export -- the pool calls the default export of a worker entry
export default serveTasks(Object.values(served));
