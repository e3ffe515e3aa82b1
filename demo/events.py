#!/usr/bin/env python3
"""An upstream that sends an event every second: events.py PORT."""

import http.server
import sys
import time


class Events(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

        number = 0
        try:
            while True:
                number += 1
                self.send_chunk("id: %d\ndata: the time is %s\n\n"
                                % (number, time.strftime("%H:%M:%S")))
                time.sleep(1)
        except OSError:
            self.close_connection = True

    def send_chunk(self, text):
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, *args):
        pass


def main():
    address = ("127.0.0.1", int(sys.argv[1]))
    server = http.server.ThreadingHTTPServer(address, Events)
    server.daemon_threads = True
    server.serve_forever()


main()
