"""Somebody who answers checks, and counts them; a process of its own."""

import multiprocessing
import select
import signal
import socket

from bench.system import enter_network

_ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n"


class Listeners:
    """Listens on two ports of every address of a namespace: one takes connections, one answers requests."""

    def __init__(self, network, plain, http):
        self._count = multiprocessing.Value("q", 0)
        self._process = multiprocessing.Process(target=self._serve, args=(network, plain, http), daemon=True)
        self._process.start()

    @property
    def count(self):
        return self._count.value

    def _serve(self, network, plain, http):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        enter_network(network)
        poll = select.epoll()
        open_sockets = {}
        for port in (plain, http):
            listener = socket.create_server(("", port), backlog=4096)
            listener.setblocking(False)
            open_sockets[listener.fileno()] = listener
            poll.register(listener, select.EPOLLIN)
        ports = {number: listener.getsockname()[1] for number, listener in open_sockets.items()}
        while True:
            for number, _ in poll.poll():
                if number not in ports:
                    self._answer(open_sockets.pop(number))
                    continue
                for accepted in self._accept(open_sockets[number]):
                    self._count.value += 1
                    if ports[number] == plain:
                        accepted.close()
                    else:
                        open_sockets[accepted.fileno()] = accepted
                        poll.register(accepted, select.EPOLLIN)

    @staticmethod
    def _accept(listener):
        for _ in range(100):
            try:
                yield listener.accept()[0]
            except OSError:
                return

    @staticmethod
    def _answer(connection):
        try:
            if connection.recv(4096):
                connection.send(_ANSWER)
        except OSError:
            pass
        connection.close()
