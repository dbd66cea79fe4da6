"""What the modules of all plans stand on: one server under test a plan, a browser with an empty jar
a module, clients that register for it and leave again at its end."""

import secrets
import tempfile
import unittest

import checks
from browser import Browser
from client import Client, House
from server import Certificates, Server
from suite import Suite


class Plan(unittest.TestCase):
    """A module is a test; its docstring has the suite's name for it."""

    auth = "client_secret_basic"
    response_mode = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="conformance-")
        cls.addClassCleanup(folder.cleanup)
        cls.certificates = Certificates(folder.name)
        cls.suite = Suite(cls.certificates)
        cls.addClassCleanup(cls.suite.stop)
        cls.house = cls.open_house()
        cls.waiting_house = None

    @classmethod
    def open_house(cls, **how):
        """A server of its own, as the suite sees it. Ends with the plan."""
        server = Server(cls.certificates, **how)
        cls.addClassCleanup(server.stop)
        house = House(server, cls.suite, cls.certificates)
        cls.addClassCleanup(house.close)
        return house

    def setUp(self):
        self.browser = self.new_browser()
        self.clients = []
        self.addCleanup(self.unregister)
        self.house.keys()

    def new_browser(self):
        return Browser(self.certificates)

    def unregister(self):
        for client in self.clients:
            client.unregister()

    def wait_elsewhere(self):
        """For modules that wait: from here on a server whose clock is moved instead."""
        if type(self).waiting_house is None:
            type(self).waiting_house = self.open_house(clock=True)
        self.house = self.waiting_house

    def wait(self, seconds):
        self.house.server.clock.wait(seconds)

    def client(self, **metadata):
        client = Client(self.house, **{"auth": self.auth, "response_mode": self.response_mode,
                                       **metadata})
        self.clients.append(client)
        return client

    def sign_in(self, client, browser=None, **changes):
        """The whole flow: (tokens, ID token's claims, userinfo's claims), all checked."""
        request = client.request(**changes)
        return self.finish(client, client.code(browser or self.browser, request),
                           request.get("nonce"))

    def finish(self, client, code, nonce, **more):
        tokens = checks.check_tokens(client.redeem(code, **more))
        claims = client.id_token(tokens, nonce)
        checks.check_hash(claims, "c_hash", code)
        self.assertLessEqual(claims.keys(), checks.UNASKED)
        return tokens, claims, client.person(tokens, claims["sub"])

    def long_state(self):
        """128 characters, of all kinds that need no encoding."""
        return "-._~" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" * 2

    def random_path(self):
        return "/" + secrets.token_urlsafe(6)
