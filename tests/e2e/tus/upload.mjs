// Drives tus-js-client against haki-server: node upload.mjs FOLDER < one line of JSON, FOLDER holding node_modules.
// {url, token, chunk, blobs: [{file, blob, compartment}, …six]}. Asserts what a tus client must see; prints "ok" and how much
// it saw. Written for Node.js 18.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const tus = createRequire(process.argv[2] + '/')('tus-js-client');
const given = JSON.parse(readFileSync(0, 'utf8'));
const endpoint = given.url;
const headers = { Authorization: `Bearer ${given.token}` };
const seen = { checksums: 0, retries: 0 };

const checksum = (bytes) => `sha1 ${createHash('sha1').update(bytes).digest('base64')}`;
const piece = (bytes, req) => {
  const offset = Number(req.getHeader('Upload-Offset') ?? 0);
  return bytes.subarray(offset, offset + given.chunk);
};

// Resolves to the upload when it is done, or where `until` says so after a piece, when it was aborted there.
const upload = (one, more = {}, until = undefined) => new Promise((resolve, reject) => {
  const bytes = readFileSync(one.file);
  const made = new tus.Upload(bytes, {
    endpoint, headers, chunkSize: given.chunk, retryDelays: null, storeFingerprintForResuming: false,
    metadata: { blob: one.blob, compartment: one.compartment },
    onBeforeRequest: (req) => {
      if (req.getMethod() !== 'PATCH') return;
      req.setHeader('Upload-Checksum', checksum(piece(bytes, req)));
      seen.checksums += 1;
    },
    onError: reject,
    onSuccess: () => resolve(made),
    onChunkComplete: (_, held) => {
      if (until && until(held)) made.abort().then(() => resolve(made), reject);
    },
    ...more,
  });
  made.start();
});
const head = (url) => fetch(url, { method: 'HEAD', headers: { ...headers, 'Tus-Resumable': '1.0.0' } });

const [plain, together, resumed, terminated, moved, spoilt] = given.blobs;

// In pieces, each with its checksum; and with its first bytes in the request that makes it.
const whole = await upload(plain);
assert.match((await head(whole.url)).headers.get('haki-receipt'), /^[0-9]+ [A-Za-z0-9_-]{86}$/);
await upload(together, { uploadDataDuringCreation: true, onBeforeRequest: undefined });

// Aborted after two pieces; a client that knows nothing but the address asks how far it got and goes on.
const aborted = await upload(resumed, {}, (held) => held >= 2 * given.chunk);
const offset = Number((await head(aborted.url)).headers.get('upload-offset'));
assert.ok(offset >= 2 * given.chunk && offset < readFileSync(resumed.file).length, `held: ${offset}`);
let asked = null;
await upload(resumed, {
  uploadUrl: aborted.url,
  onAfterResponse: (req, res) => {
    if (req.getMethod() === 'HEAD') asked = Number(res.getHeader('Upload-Offset'));
    assert.notEqual(req.getMethod(), 'POST');
  },
});
assert.equal(asked, offset);

// Terminated: it is gone.
const ended = await upload(terminated, {}, (held) => held >= given.chunk);
await tus.Upload.terminate(ended.url, { headers });
assert.equal((await head(ended.url)).status, 404);

// Somebody else brings the next piece: 409, the client asks for the offset and goes on from there.
let conflicts = 0;
const bytes = readFileSync(moved.file);
let pushed = false;
let waiting = Promise.resolve();
await upload(moved, {
  retryDelays: [0, 0, 0],
  onBeforeRequest: async (req) => {
    await waiting;
    const at = Number(req.getHeader('Upload-Offset') ?? 0);
    if (req.getMethod() !== 'PATCH' || at === 0 || pushed) return;
    pushed = true;
    waiting = fetch(req.getURL(), {
      method: 'PATCH', body: bytes.subarray(at, at + 1000),
      headers: { ...headers, 'Tus-Resumable': '1.0.0', 'Upload-Offset': `${at}`, 'Content-Type': 'application/offset+octet-stream' },
    }).then((answer) => assert.equal(answer.status, 204));
    await waiting;
  },
  onAfterResponse: (req, res) => { conflicts += res.getStatus() === 409 ? 1 : 0; },
});
assert.equal(conflicts, 1);

// A piece that is damaged on the way: 460, nothing of it is kept, and it is sent again.
let damaged = 0;
const contents = readFileSync(spoilt.file);
await upload(spoilt, {
  retryDelays: [0, 0, 0],
  onBeforeRequest: (req) => {
    if (req.getMethod() !== 'PATCH') return;
    const right = damaged > 0 || Number(req.getHeader('Upload-Offset')) === 0;
    req.setHeader('Upload-Checksum', checksum(right ? piece(contents, req) : Buffer.from('other bytes')));
  },
  onShouldRetry: (error) => {
    if (error.originalResponse?.getStatus() !== 460) return false;
    damaged += 1;
    return true;
  },
});
assert.equal(damaged, 1);

console.log(`ok ${seen.checksums} checksums`);
