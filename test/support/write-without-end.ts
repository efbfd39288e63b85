/** `node write-without-end.js URL PLACES`: commits small transactions from PLACES places until it is killed. */
import { openTestDatabase } from './open-database.ts';

const [url = '', places = '1'] = process.argv.slice(2);
const database = await openTestDatabase(url);
process.stdout.write('ready\n');
await Promise.all(
  Array.from({ length: Number(places) }, async (_, place) => {
    for (let index = 0; ; index += 1) {
      const name = `${process.pid} ${place} ${index}`;
      await database.transaction((tx) => tx.user.create({ data: { name, createdAt: new Date(0) } }));
    }
  }),
);
