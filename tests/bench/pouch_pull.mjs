// A first sync as PouchDB does it: node pouch_pull.mjs OBSERVATIONS SERVER-URL SCRATCH RECORDS BATCH, in a folder whose node_modules has pouchdb.
// Puts the observations again and again, each under another id, at the server (not timed), then replicates them into an empty database on
// disk. One JSON line: records a second, and bytes that its sockets read and wrote a record (its server compresses with gzip); the bytes of
// 5,000 records once more where the client does not take gzip.
import fs from 'node:fs';
import net from 'node:net';
import { createRequire } from 'node:module';

const PouchDB = createRequire(process.cwd() + '/')('pouchdb');
const [file, url, scratch, records, batch] = process.argv.slice(2);
const observations = fs.readFileSync(file, 'utf8').trim().split('\n').map(line => JSON.parse(line));
const sockets = [];
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  sockets.push(this);
  return connect.apply(this, given);
};
const moved = () => sockets.reduce((sum, socket) => [sum[0] + socket.bytesRead, sum[1] + socket.bytesWritten], [0, 0]);

async function fill(remote, count) {
  await remote.info();
  for (let done = 0; done < count; done += 1000) {
    const docs = [];
    for (let number = done; number < Math.min(count, done + 1000); ++number) {
      const { id, ...fields } = observations[number % observations.length];
      docs.push({ _id: number.toString(16).padStart(8, '0') + id.slice(8), ...fields });
    }
    for (const answer of await remote.bulkDocs(docs)) if (answer.error) throw new Error(answer.reason);
  }
}

async function pull(remote, name, count) {
  const local = new PouchDB(`${scratch}/${name}`);
  await local.info();
  const before = moved();
  const began = performance.now();
  await local.replicate.from(remote, { batch_size: +batch, batches_limit: 10 });
  const seconds = (performance.now() - began) / 1000;
  const after = moved();
  const { doc_count } = await local.info();
  if (doc_count !== count) throw new Error(`${doc_count} of ${count} records arrived`);
  await local.close();
  return { seconds, down: (after[0] - before[0]) / count, up: (after[1] - before[1]) / count };
}

fs.rmSync(scratch, { recursive: true, force: true });
fs.mkdirSync(scratch, { recursive: true });
const remote = new PouchDB(`${url}/first${Date.now()}`);
await fill(remote, +records);
const whole = await pull(remote, 'first', +records);
const plainly = (address, options) => {
  options.headers.set('Accept-Encoding', 'identity');
  return PouchDB.fetch(address, options);
};
const few = Math.min(5000, +records);
const second = new PouchDB(`${url}/second${Date.now()}`);
await fill(second, few);
const plain = await pull(new PouchDB(second.name, { fetch: plainly }), 'second', few);
console.log(JSON.stringify({ first_pull_per_s: +records / whole.seconds, first_pull_seconds: whole.seconds, first_pull_down: whole.down,
  first_pull_up: whole.up, first_pull_down_plain: plain.down }));
process.exit(0);
