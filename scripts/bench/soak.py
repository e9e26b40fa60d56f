#!/usr/bin/env python3
"""Runs mnist-serve under good and hostile clients for a while: are the good ones still served?

    scripts/bench/soak.py [MINUTES] [--bin DIR] [--worst FILE…]

A server is started on a free port. Good clients post drawn digits, first alone, then alongside
slow senders and readers, connections that end half-way, garbage, two thousand idle connections,
refused requests and the pictures that take longest (--worst; without it, drawn pages full of
digits).

Reported at the end, with exit code 1: the good clients' rate is less than 0.7 of their rate alone,
memory is more than 1.05 of what it was when everything had been tried once, an answer differs from
the one before, or a good request gets a status other than 200.
"""
import argparse
import asyncio
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GOOD_CLIENTS = 4
IDLE = 2000


def post(picture, path="/api/predict", length=None, host="localhost", kind="image/png"):
    head = (f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(picture) if length is None else length}\r\n\r\n")
    return head.encode() + picture


async def answer_of(reader):
    """Status and body of one answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    length = next((int(line.split(":")[1]) for line in head.split("\r\n")
                   if line.startswith("content-length:")), 0)
    return status, await reader.readexactly(length)


class Soak:
    def __init__(self, port, pictures, worst):
        self.port, self.pictures, self.worst = port, pictures, worst
        self.expected = {}
        self.good = 0
        self.wrong = collections.Counter()    # what went wrong with good requests
        self.hostile = collections.Counter()  # (what was done, what came of it)
        self.latencies = []

    async def connect(self):
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def good_client(self, number):
        """Posts one picture after another on a connection that is kept open."""
        writer, turn = None, number
        while True:
            name, picture = self.pictures[turn % len(self.pictures)]
            turn += 1
            try:
                if writer is None:
                    reader, writer = await self.connect()
                start = time.perf_counter()
                writer.write(post(picture))
                status, body = await asyncio.wait_for(answer_of(reader), 30)
            except (OSError, asyncio.IncompleteReadError):
                # A kept connection may be closed to make room; a fresh one must be served.
                self.hostile["good client", "connected anew"] += 1
                writer = None
                continue
            except asyncio.TimeoutError:
                self.wrong["no answer within 30 s"] += 1
                writer = None
                continue
            self.latencies.append(time.perf_counter() - start)
            if status != 200:
                self.wrong[f"status {status}"] += 1
                writer = None
                continue
            answer = json.loads(body)
            told = (answer["status"], answer["digit"])
            if self.expected.setdefault(name, told) != told:
                self.wrong[f"{told} instead of {self.expected[name]}"] += 1
            self.good += 1

    async def attack(self, name, seconds, work):
        """Runs `work` over and over, `seconds` apart, and counts what comes of it."""
        while True:
            try:
                outcome = await asyncio.wait_for(work(), 40)
            except (OSError, asyncio.IncompleteReadError):
                outcome = "connection closed"
            except asyncio.TimeoutError:
                outcome = "still open after 40 s"
            except asyncio.LimitOverrunError:
                outcome = "another answer"
            self.hostile[name, outcome] += 1
            await asyncio.sleep(seconds * random.uniform(0.5, 1.5))

    async def send(self, data, half_close=False):
        reader, writer = await self.connect()
        try:
            writer.write(data)
            await writer.drain()
            if half_close:
                writer.write_eof()
            status, _ = await answer_of(reader)
            return f"status {status}"
        finally:
            writer.close()

    def attackers(self):
        picture = self.pictures[0][1]

        async def slow_head():
            _, writer = await self.connect()
            for byte in post(picture):
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.5)
            writer.close()
            return "sent all"

        async def slow_body():
            reader, writer = await self.connect()
            writer.write(post(b"", length=10_000_000))
            while not reader.at_eof():
                writer.write(b"x")
                await writer.drain()
                try:
                    await asyncio.wait_for(reader.read(100), 0.5)
                    break
                except asyncio.TimeoutError:
                    pass
            writer.close()
            return "ended"

        async def slow_reader():
            reader, writer = await self.connect()
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
            for _ in range(20):
                await reader.read(1)
                await asyncio.sleep(0.5)
            writer.close()
            return "read 20 bytes"

        async def garbage():
            return await self.send(random.randbytes(2000) + b"\r\n\r\n", half_close=True)

        async def half():
            return await self.send(post(picture)[:-20], half_close=True)

        async def gone():
            _, writer = await self.connect()
            writer.write(post(random.choice(self.worst)))
            await writer.drain()
            writer.close()
            return "left"

        def sends(data):
            async def work():
                return await self.send(data() if callable(data) else data)
            return work

        def broken():
            damaged = bytearray(picture)
            for _ in range(5):
                damaged[random.randrange(len(damaged))] = random.randrange(256)
            return post(bytes(damaged))

        return [
            ("slow head", 1, slow_head), ("slow head", 1, slow_head), ("slow body", 1, slow_body),
            ("slow reader", 1, slow_reader), ("garbage", 0.3, garbage), ("half a body", 0.5, half),
            ("gone before the answer", 4, gone),
            ("longest pictures", 4, sends(lambda: post(random.choice(self.worst)))),
            ("damaged picture", 0.3, sends(broken)),
            ("another host", 0.5, sends(post(picture, host="evil.example"))),
            ("another path", 0.5, sends(post(picture, path="/../../etc/passwd"))),
            ("too long a body", 0.5, sends(post(b"", length=10**12))),
            ("no picture", 0.5, sends(post(b"text", kind="text/plain"))),
            ("head of a megabyte", 1, sends(b"GET / HTTP/1.1\r\nX: " + b"y" * 1_000_000)),
        ]

    async def idle(self):
        """Keeps up to IDLE connections, as many as the server allows."""
        held = collections.deque()
        while True:
            try:
                held.append((await self.connect())[1])
            except OSError:
                pass
            if len(held) > IDLE:
                held.popleft().close()
            await asyncio.sleep(0 if len(held) < IDLE else 0.02)

    async def rate_over(self, seconds):
        self.latencies.clear()
        before, start = self.good, time.perf_counter()
        await asyncio.sleep(seconds)
        return (self.good - before) / (time.perf_counter() - start)

    def latency(self, share):
        ordered = sorted(self.latencies)
        return 1000 * ordered[int(share * (len(ordered) - 1))] if ordered else float("nan")


def memory_of(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def pictures_of(bin_folder, folder, *options):
    subprocess.run([bin_folder / "mnist-generate", *options, "--out", folder], check=True,
                   stdout=subprocess.DEVNULL)
    return [(path.name, path.read_bytes()) for path in sorted(folder.glob("**/*.png"))]


async def run(options, server, port, pictures, worst):
    soak = Soak(port, pictures, worst)
    tasks = [asyncio.create_task(soak.good_client(i)) for i in range(GOOD_CLIENTS)]
    await soak.rate_over(5)  # warm
    alone = await soak.rate_over(30)
    print(f"alone: {alone:.1f} pictures/s, p50 {soak.latency(0.5):.0f} ms, "
          f"p99 {soak.latency(0.99):.0f} ms, {memory_of(server):.0f} MiB", flush=True)
    tasks += [asyncio.create_task(soak.attack(*attacker)) for attacker in soak.attackers()]
    tasks.append(asyncio.create_task(soak.idle()))
    await soak.rate_over(60)  # every kind of attack at least once
    base = memory_of(server)
    rates = []
    end = time.monotonic() + 60 * options.minutes
    while time.monotonic() < end and server.poll() is None:
        rates.append(await soak.rate_over(min(60, max(1, end - time.monotonic()))))
        print(f"{len(rates)} min: {rates[-1]:.1f} pictures/s, p50 {soak.latency(0.5):.0f} ms, "
              f"p99 {soak.latency(0.99):.0f} ms, {memory_of(server):.0f} MiB", flush=True)
    for task in tasks[GOOD_CLIENTS:]:
        task.cancel()
    await asyncio.sleep(5)
    after = memory_of(server)
    for task in tasks:
        task.cancel()
    during = sum(rates) / len(rates)
    print(f"during: {during:.1f} pictures/s, {during / alone:.2f} of alone; memory after "
          f"{after:.0f} MiB, {after / base:.2f} of {base:.0f} MiB; {soak.good} right answers")
    for (name, outcome), count in sorted(soak.hostile.items()):
        print(f"  {name}: {outcome}: {count}")
    for what, count in soak.wrong.items():
        print(f"  WRONG: {what}: {count}")
    return during >= 0.7 * alone and after <= 1.05 * base and not soak.wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minutes", nargs="?", type=float, default=60)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "release" / "bin")
    parser.add_argument("--worst", type=pathlib.Path, nargs="*", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        pictures = pictures_of(options.bin, work / "digits", "--pictures", "--count", "50")
        worst = [path.read_bytes() for path in options.worst]
        if not worst:
            worst = [data for _, data in pictures_of(options.bin, work / "pages", "--pages", "20")]
        server = subprocess.Popen([options.bin / "mnist-serve", "--port", "0", "-q"],
                                  stdout=subprocess.PIPE, text=True)
        try:
            port = int(server.stdout.readline().rsplit(":", 1)[1].strip().rstrip("/"))
            well = asyncio.run(run(options, server, port, pictures, worst))
            start = time.monotonic()
            server.terminate()
            code = server.wait(timeout=10)
            print(f"SIGTERM: exit code {code} after {time.monotonic() - start:.1f} s")
        finally:
            server.kill()
    sys.exit(0 if well and code == 0 else 1)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
