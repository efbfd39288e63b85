/** `node commit-many.js FILE COUNT`: commits COUNT transactions to a SQLite file, one after the other. */
import { systemClock } from '../../src/core/index.ts';
import { openDatabase } from '../../src/storage/index.ts';

const [file = '', count = '0'] = process.argv.slice(2);
const database = await openDatabase(`file:${file}`, systemClock);
for (let index = 0; index < Number(count); index += 1) {
  await database.transaction((tx) => tx.user.create({ data: { name: `user ${index}`, createdAt: new Date(index) } }));
}
await database.close();
