/** Price files in, checked bars out. It neither sorts nor repairs: a file that is wrong is refused with the row. */
export { type CsvSource, parseBarsCsv } from './parse.ts';
