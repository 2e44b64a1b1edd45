/** A line between page and server that can go silent: bytes vanish, connections stay open, as when a cable is cut. */
import { connect, createServer } from 'node:net';

export async function relay(port) {
  const open = new Set();
  const line = { silent: false };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    // A connection that lost bytes once can't be mended: it stays silent for good.
    let dead = line.silent;
    const pass = (from, to) => {
      open.add(from);
      from.on('data', (bytes) => {
        dead ||= line.silent;
        if (!dead) to.write(bytes);
      });
      from.on('close', () => {
        open.delete(from);
        dead ||= line.silent;
        if (!dead) to.destroy();
      });
      from.on('error', () => {});
    };
    pass(near, far);
    pass(far, near);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  line.url = `http://127.0.0.1:${server.address().port}`;
  line.close = () => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => { server.close(resolve); });
  };
  return line;
}
