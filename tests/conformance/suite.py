"""The suite's side of the wire: an HTTPS server on loopback. It is called back, hears of logouts
and holds what its clients have at URLs (keys, request objects, lists of redirect URIs)."""

import collections
import http.server
import queue
import ssl
import threading
import urllib.parse

# TLS as it was when the request came: `version` and `cipher` as Python's ssl names them.
Arrival = collections.namedtuple("Arrival", "method path query body kind version cipher")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path, _, query = self.path.partition("?")
        document = self.server.suite.documents.get(path)
        if document:
            self.server.suite.reads.append(path)
            self.reply(*document)
        else:
            self.heard(path, query, "")

    def do_POST(self):
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("content-length") or 0)
        self.heard(path, query, self.rfile.read(length).decode("ascii"))

    def heard(self, path, query, body):
        kind = self.headers.get("content-type")
        self.server.suite.arrivals_at(path).put(
            Arrival(self.command, path, query, body, kind, self.connection.version(),
                    self.connection.cipher()[0]))
        self.reply(200, "<!doctype html><title>The suite</title><p>Thank you", "text/html")

    def reply(self, status, body, kind, location=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a connection that ended early; what is missing is seen by who waits for it


class Suite:
    def __init__(self, certificates):
        self.documents = {}  # path → (status, body, content type, location)
        self.reads = []      # paths of documents, as they were read
        self.arrivals = collections.defaultdict(queue.Queue)
        self.lock = threading.Lock()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificates.sign("suite"))
        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.listener.suite = self
        self.listener.socket = context.wrap_socket(self.listener.socket, server_side=True,
                                                   do_handshake_on_connect=False)
        self.origin = f"https://localhost:{self.listener.server_address[1]}"
        self.thread = threading.Thread(target=self.listener.serve_forever, args=(0.05,))
        self.thread.start()

    def arrivals_at(self, path):
        with self.lock:
            return self.arrivals[path]

    def put(self, path, body, kind="application/json", status=200, location=None):
        """Gives the document's URL."""
        self.documents[path] = (status, body, kind, location)
        return self.origin + path

    def take(self, path):
        """What came to the path, and is forgotten by that."""
        out, arrivals = [], self.arrivals_at(path)
        while not arrivals.empty():
            out.append(arrivals.get())
        return out

    def wait_for(self, path, seconds=20):
        return self.arrivals_at(path).get(timeout=seconds)

    def stop(self):
        self.listener.shutdown()
        self.listener.server_close()
        self.thread.join()


def fields(text):
    """Of a query or a form; each stands once."""
    pairs = urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text))
    assert len({name for name, _ in pairs}) == len(pairs), text
    return dict(pairs)
