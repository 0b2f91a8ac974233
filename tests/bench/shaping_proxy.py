#!/usr/bin/env python3
"""A slow link on this machine: a TCP proxy with a rate each way, a latency, and losses that stall, as where the kernel has no netem.

    shaping_proxy.py --listen PORT --target PORT --control PORT [--up BITS] [--down BITS] [--rtt MS] [--loss P] [--stall MS] [--seed N]
    shaping_proxy.py --check [the same settings]     prints METRIC lines: what was measured through it against what was set

Each way is one line that all connections share. Bytes go in packets of at most 1,400, each with 40 bytes of headers, one after another at
the line's rate; each arrives half a round trip after it has left. A lost packet is one that its sender misses and sends again: it, and all
behind it, wait for the stall (a retransmission timeout) and then take the line. A connection's first byte waits for the round trip that opening it
takes. At most 64 KiB are under way in one direction of a connection; then its sender is not read from.

http://127.0.0.1:CONTROL/ tells {up, down, conns, requests, turns, packets, lost}, TCP payload, as the anchors' tcpcount.mjs counts it; /reset sets
that back; /shape/off lets everything through at once, and /shape/on, or /shape/on/SEED for other losses, ends that.
"""
import argparse
import asyncio
import json
import random
import re
import socket
import statistics
import threading
import time

PACKET, HEADERS, WINDOW = 1400, 40, 64 * 1024
REQUEST = re.compile(rb"(GET|POST|PUT|HEAD|DELETE|PATCH|OPTIONS) \S+")


class Line:
    """One way of the link: when the next packet may leave, and when it arrives."""

    def __init__(self, link, bits):
        self.link, self.bits, self.free_at = link, bits, 0.0

    def arrival(self, size, not_before):
        """Seconds on the loop's clock; takes the line for a packet of this size."""
        now = asyncio.get_running_loop().time()
        if not self.link.shaped:
            return now
        self.link.counted["packets"] += 1
        leaves = max(now, self.free_at, not_before)
        if self.link.chance.random() < self.link.loss:
            self.link.counted["lost"] += 1
            leaves += self.link.stall
        self.free_at = leaves + (size + HEADERS) * 8 / self.bits
        return self.free_at + self.link.rtt / 2


class Link:
    def __init__(self, settings):
        self.target, self.rtt, self.stall, self.loss = settings.target, settings.rtt / 1000, settings.stall / 1000, settings.loss
        self.up, self.down = Line(self, settings.up), Line(self, settings.down)
        self.shaped, self.chance = True, random.Random(settings.seed)
        self.reset()

    def reset(self):
        self.counted = {"up": 0, "down": 0, "conns": 0, "requests": 0, "turns": 0, "packets": 0, "lost": 0}

    async def pump(self, reader, writer, line, seen, opened_at):
        loop = asyncio.get_running_loop()
        packets = asyncio.Queue()
        under_way, room = 0, asyncio.Event()

        async def deliver():
            nonlocal under_way
            while (packet := await packets.get()) is not None:
                due, data = packet
                if (wait := due - loop.time()) > 0:
                    await asyncio.sleep(wait)
                writer.write(data)
                await writer.drain()
                under_way -= len(data)
                room.set()
            writer.write_eof()

        delivering = asyncio.create_task(deliver())
        try:
            while data := await reader.read(PACKET):
                seen(data)
                packets.put_nowait((line.arrival(len(data), opened_at), data))
                under_way += len(data)
                while under_way >= WINDOW:
                    room.clear()
                    await room.wait()
            packets.put_nowait(None)
            await delivering
        except (OSError, asyncio.CancelledError):
            delivering.cancel()

    async def connected(self, client_reader, client_writer):
        counted = self.counted
        counted["conns"] += 1
        opened_at = asyncio.get_running_loop().time() + (self.rtt if self.shaped else 0)
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            client_writer.close()
            return
        for writer in (client_writer, server_writer):
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        upward = False

        def seen_up(data):
            nonlocal upward
            self.counted["up"] += len(data)
            self.counted["turns"] += not upward
            upward = True
            self.counted["requests"] += bool(REQUEST.match(data))

        def seen_down(data):
            nonlocal upward
            self.counted["down"] += len(data)
            upward = False

        await asyncio.gather(self.pump(client_reader, server_writer, self.up, seen_up, opened_at),
                             self.pump(server_reader, client_writer, self.down, seen_down, 0))
        for writer in (client_writer, server_writer):
            writer.close()

    async def control(self, reader, writer):
        path = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split(" ")[1]
        body = json.dumps(self.counted, separators=(",", ":"))
        if path == "/reset":
            self.reset()
        elif path.startswith("/shape/"):
            words = path.split("/")
            self.shaped = words[2] == "on"
            if len(words) > 3:
                self.chance = random.Random(int(words[3]))
        writer.write(f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()

    async def serve(self, listen, control, ready=None):
        async with await asyncio.start_server(self.connected, "127.0.0.1", listen), \
                await asyncio.start_server(self.control, "127.0.0.1", control):
            if ready:
                ready.set()
            await asyncio.Event().wait()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def sink(listener):
    """Answers one byte for each that says so ('?'), and swallows what else comes until the end ('!')."""
    while True:
        connection, _ = listener.accept()
        with connection:
            while data := connection.recv(65536):
                answer = data.count(b"?") * b"." + data.count(b"!") * b"." + data.count(b">") * bytes(20000)
                if answer:
                    connection.sendall(answer)


def exchange(connection, data, answer):
    began = time.monotonic()
    connection.sendall(data)
    while answer > 0:
        answer -= len(connection.recv(min(answer, 65536)))
    return time.monotonic() - began


def on_the_line(size, bits):
    packets = -(-size // PACKET)
    return (size + packets * HEADERS) * 8 / bits


def check(settings):
    """The link against its settings, without losses, then how often and how long it stalls."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=sink, args=(listener,), daemon=True).start()
    settings.target = listener.getsockname()[1]
    link, ready, ports = Link(settings), threading.Event(), (free_port(), free_port())
    link.loss = 0
    threading.Thread(target=lambda: asyncio.run(link.serve(*ports, ready)), daemon=True).start()
    ready.wait()

    def metric(name, measured, wanted, unit):
        print(f"METRIC link_{name} {measured:.4g} {unit}")
        print(f"METRIC link_{name}_wanted {wanted:.4g} {unit}")
        print(f"METRIC link_{name}_deviation {100 * abs(measured - wanted) / wanted:.3g} %", flush=True)

    with socket.create_connection(("127.0.0.1", ports[0])) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        metric("opening", exchange(connection, b"?", 1) * 1000, 2 * link.rtt * 1000 + on_the_line(1, settings.up) * 1000 + on_the_line(1, settings.down) * 1000, "ms")
        metric("round_trip", statistics.median(exchange(connection, b"?", 1) for _ in range(7)) * 1000,
               link.rtt * 1000 + on_the_line(1, settings.up) * 1000 + on_the_line(1, settings.down) * 1000, "ms")
        idle = link.rtt + on_the_line(1, settings.down)
        up = exchange(connection, bytes(20000 - 1) + b"!", 1) - idle
        metric("rate_up", 20000 * 8 / up / 1000, 20000 * 8 / on_the_line(20000, settings.up) / 1000, "kbit/s")
        down = exchange(connection, b">", 20000) - link.rtt - on_the_line(1, settings.up)
        metric("rate_down", 20000 * 8 / down / 1000, 20000 * 8 / on_the_line(20000, settings.down) / 1000, "kbit/s")
    if settings.loss:
        link.loss, link.stall, link.rtt, link.up.bits = settings.loss, 0, 0, 10**12
        link.reset()
        with socket.create_connection(("127.0.0.1", ports[0])) as connection:
            exchange(connection, bytes(20_000_000) + b"!", 1)
        metric("loss", 100 * link.counted["lost"] / link.counted["packets"], settings.loss * 100, "%")
        link.rtt, link.up.bits = settings.rtt / 1000, settings.up
        link.loss, link.stall = 1, settings.stall / 1000
        with socket.create_connection(("127.0.0.1", ports[0])) as connection:
            exchange(connection, b"?", 1)
            took = exchange(connection, b"?", 1) - link.rtt - on_the_line(1, settings.up) - on_the_line(1, settings.down)
            metric("stall", took * 1000 / 2, settings.stall, "ms")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    for name, default in (("listen", 0), ("target", 0), ("control", 0), ("up", 40_000), ("down", 80_000), ("seed", 1)):
        arguments.add_argument("--" + name, type=int, default=default)
    for name, default in (("rtt", 600.0), ("loss", 0.02), ("stall", 1200.0)):
        arguments.add_argument("--" + name, type=float, default=default)
    arguments.add_argument("--check", action="store_true")
    settings = arguments.parse_args()
    if settings.check:
        check(settings)
    else:
        asyncio.run(Link(settings).serve(settings.listen, settings.control))


if __name__ == "__main__":
    main()
