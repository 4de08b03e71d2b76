#!/usr/bin/python3
"""A TCP proxy whose connections can be reset, and reconnecting refused, as a flaky network would do it.

Commands on standard input, one a line, answered with `ok`:
  reset SECONDS    resets all connections (RST to both sides) in random order, spread over that time
  refuse           resets every new connection at once
  accept           takes connections again
  stall            stops forwarding without closing anything; new connections hang, too
  resume           forwards again
"""
import asyncio
import random
import socket
import struct
import sys


class Proxy:
    def __init__(self, target):
        self.target = target
        self.refusing = False
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.connections = set()

    async def serve(self, reader, writer):
        if self.refusing:
            self._reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            self._reset(writer)
            return
        pair = (writer, far_writer)
        self.connections.add(pair)
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self.connections.discard(pair)
            for side in pair:
                side.close()

    async def _pump(self, reader, writer):
        while data := await reader.read(65536):
            await self.flowing.wait()
            writer.write(data)
            await writer.drain()
        writer.close()

    @staticmethod
    def _reset(writer):
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def reset_all(self, seconds):
        victims = list(self.connections)
        random.shuffle(victims)
        for pair in victims:
            for side in pair:
                self._reset(side)
            await asyncio.sleep(seconds / max(len(victims), 1))


async def main():
    host, port, target_host, target_port = sys.argv[1:5]
    proxy = Proxy((target_host, int(target_port)))
    await asyncio.start_server(proxy.serve, host, int(port))
    print("ready", flush=True)
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        match line.decode().split():
            case ["reset", seconds]:
                await proxy.reset_all(float(seconds))
            case ["refuse"]:
                proxy.refusing = True
            case ["accept"]:
                proxy.refusing = False
            case ["stall"]:
                proxy.flowing.clear()
            case ["resume"]:
                proxy.flowing.set()
            case other:
                print(f"error: {other}", flush=True)
                continue
        print("ok", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
