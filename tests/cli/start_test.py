"""init, config, help, completion, version, exit codes (issue: the command line; checklist F13, F14,
OP-03, OP-06, EN-13)."""
import os
import re
import stat
import subprocess

from house import BINARY, House, ISSUER, SOURCE, clean_environment, main


def read(path):
    with open(path) as file:
        return file.read()


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


class Init(House):
    initialised = False

    def test_it_makes_configuration_key_and_store_for_their_owner_alone(self):
        said = self.good("init", "--issuer", "https://auth.example.com")
        self.assertIn("grantd serve", said)
        self.assertEqual(mode(self.path("grantd.toml")), 0o644)
        self.assertEqual(mode(self.path("master.key")), 0o600)  # OP-06
        self.assertEqual(mode(self.path("data")), 0o700)
        self.assertEqual(mode(self.path("data/grantd.db")), 0o600)
        self.good("config", "check")

    def test_nobody_is_there_by_default(self):  # EN-13
        self.good("init", "--issuer", ISSUER)
        self.assertEqual(self.json("user", "list"), [])
        self.assertEqual(self.json("client", "list"), [])

    def test_nothing_is_overwritten(self):
        self.good("init", "--issuer", ISSUER)
        before = read(self.path("master.key"))
        self.assertIn("exists already", self.bad(1, "init", "--issuer", ISSUER))
        os.unlink(self.path("grantd.toml"))
        self.assertIn("exists already", self.bad(1, "init", "--issuer", ISSUER))
        self.assertEqual(read(self.path("master.key")), before)
        self.assertFalse(os.path.exists(self.path("grantd.toml")))

    def test_what_fails_halfway_leaves_nothing(self):
        said = self.bad(78, "init", "--issuer", "https://a.example", "--set",
                        "listen.address=0.0.0.0")  # HD-05
        self.assertIn("trusted_proxies", said)
        self.assertEqual(os.listdir(self.folder), [])

    def test_settings_are_checked_by_name_and_value(self):
        self.assertIn("expected an https URL", self.bad(2, "init", "--issuer", "auth.example"))
        self.assertIn("did you mean listen.port?",
                      self.bad(2, "init", "--issuer", ISSUER, "--set", "listen.prot=1"))
        self.assertIn("from 0 to 65535",
                      self.bad(2, "init", "--issuer", ISSUER, "--set", "listen.port=http"))
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_configuration_that_is_there_gets_its_key_and_store(self):
        with open(self.path("own.toml"), "w") as file:
            file.write('issuer = "https://a.example"\n[store]\ndata_directory = "mine"\n')
        before = read(self.path("own.toml"))
        said = self.good("init", "--config", "own.toml")
        self.assertIn(self.path("mine/grantd.db"), said)
        self.assertEqual(read(self.path("own.toml")), before)
        self.good("config", "check", "--config", "own.toml")
        self.assertEqual(self.json("user", "list", "--config", "own.toml"), [])
        self.assertIn("exists already", self.bad(1, "init", "--config", "own.toml"))
        self.assertIn("--set", self.bad(2, "init", "--config", "own.toml", "--set", "a=b"))
        self.assertIn("--issuer", self.bad(2, "init", "--config", "none.toml"))
        self.assertIn("--issuer", self.bad(2, "init"))  # whatever the system has in /etc

    def test_another_place(self):
        self.good("init", "--config", "a.toml", "--issuer", ISSUER, "--set",
                  "store.data_directory=elsewhere")
        self.assertTrue(os.path.exists(self.path("elsewhere/grantd.db")))
        self.assertEqual(self.good("user", "list", "--config", "a.toml")[:9], "There are")


class Configuration(House):
    def test_errors_stand_with_their_lines_and_exit_with_78(self):
        with open(self.path("grantd.toml"), "w") as file:
            file.write('issuer = "https://a.example"\n[listen]\nport = "http"\nprot = 3\n')
        for command in (["config", "check"], ["serve"], ["user", "list"]):
            said = self.bad(78, *command)
            self.assertIn('grantd.toml:3: listen.port: expected a number from 0 to 65535, found '
                          '"http"', said)
            self.assertIn("grantd.toml:4: listen.prot: unknown setting; did you mean listen.port?",
                          said)

    def test_a_missing_file_says_how_to_get_one(self):
        self.assertIn("grantd init", self.bad(78, "config", "check", "--config", "none.toml"))

    def test_the_environment_names_the_file_and_overrides_its_values(self):
        os.rename(self.path("grantd.toml"), self.path("other.toml"))
        environment = clean_environment(GRANTD_CONFIG="other.toml", GRANTD_LIFETIMES_CODE="30s")
        said = self.run_grantd("config", "show", environment=environment).stdout
        self.assertIn('code = "30s"  # GRANTD_LIFETIMES_CODE', said)
        self.assertIn('access_token = "15m"  # default', said)

    def test_a_broken_master_key_is_named(self):  # OP-03, F14
        key = self.path("master.key")
        os.chmod(key, 0o644)
        self.assertIn("expected 0600", self.bad(78, "config", "check"))
        self.assertIn("expected 0600", self.bad(78, "serve"))
        os.chmod(key, 0o600)
        with open(key, "w") as file:
            file.write("short")
        self.assertIn("expected one line", self.bad(78, "serve"))
        os.unlink(key)
        self.assertIn("no such file", self.bad(78, "serve"))
        self.assertFalse(os.path.exists(key))

    def test_another_stores_master_key_is_refused(self):  # OP-03
        os.rename(self.path("master.key"), self.path("first.key"))
        os.mkdir(self.path("b"))
        self.good("init", "--config", "b/grantd.toml", "--issuer", ISSUER)
        os.rename(self.path("b/master.key"), self.path("master.key"))
        done = self.run_grantd("serve")  # the log stands before the reason
        self.assertEqual(done.returncode, 1)
        self.assertIn("grantd: key ", done.stderr)
        self.assertIn("does not open under this master key", done.stderr)
        self.assertIn("does not open under this master key", self.bad(78, "key", "rotate"))

    def test_another_issuer_is_refused(self):
        with open(self.path("grantd.toml")) as file:
            text = file.read()
        with open(self.path("grantd.toml"), "w") as file:
            file.write(text.replace(ISSUER, "http://127.0.0.1:10"))
        self.assertIn(ISSUER, self.bad(1, "user", "list"))

    def test_tls_files_that_do_not_work_are_named(self):  # F14
        with open(self.path("grantd.toml"), "w") as file:
            file.write('issuer = "https://a.example"\n[listen]\ntls_certificate_file = "c.pem"\n'
                       'tls_key_file = "k.pem"\n')
        self.assertIn("c.pem", self.bad(78, "config", "check"))

    def test_authorities_that_cannot_be_read_are_named_at_once(self):  # F14
        with open(self.path("grantd.toml"), "w") as file:
            file.write(f'issuer = "{ISSUER}"\n[outbound]\nca_file = "ca.pem"\n')
        for content in (None, "", "no certificate"):
            if content is not None:
                with open(self.path("ca.pem"), "w") as file:
                    file.write(content)
            for command in (["config", "check"], ["serve"]):
                said = self.bad(78, *command)
                self.assertIn("outbound.ca_file: ", said)
                self.assertIn("ca.pem", said)


class Words(House):
    initialised = False

    def commands(self):
        manual = self.good("manual")
        return re.findall(r"^### `grantd (.*)`$", manual, re.MULTILINE)

    def test_every_command_has_help(self):
        commands = self.commands()
        self.assertGreaterEqual(len(commands), 35)
        for command in commands:
            said = self.good(*command.split(), "--help")
            self.assertIn(f"Usage: grantd {command}", said)
            self.assertNotIn(BINARY, said)
            self.assertTrue(all(len(line) <= 400 for line in said.splitlines()))
        self.assertIn("client create", self.good("client", "--help"))
        self.assertIn("Exit codes", self.good("--help"))
        self.assertIn("--redirect-uri", self.good("help", "client", "create"))
        self.assertIn("Examples:", self.good("client", "create", "-h"))

    def test_without_a_command_the_help_is_shown_and_it_is_a_failure(self):
        done = self.run_grantd()
        self.assertEqual(done.returncode, 2)
        self.assertIn("Usage: grantd COMMAND", done.stdout)

    def test_wrong_words_are_usage_and_the_nearest_is_named(self):
        self.assertIn("did you mean client?", self.bad(2, "cleint"))
        self.assertIn("did you mean create?", self.bad(2, "client", "craete"))
        self.assertIn("did you mean --redirect-uri?",
                      self.bad(2, "client", "create", "--redirect-url", "https://a.example/"))
        self.assertIn("expected one of create, list", self.bad(2, "client"))
        self.assertIn("LOGIN is missing", self.bad(2, "user", "show"))
        self.assertIn("--login NAME is missing", self.bad(2, "user", "create"))
        self.assertIn("one argument too many", self.bad(2, "user", "show", "a", "b"))
        self.assertIn("stands 2 times",
                      self.bad(2, "user", "create", "--login", "a", "--login", "b"))
        self.assertIn("expected one of required, optional, found \"no\"",
                      self.bad(2, "client", "create", "--pkce", "no"))
        self.bad(2, "user", "create", "--login")

    def test_no_secret_can_be_an_argument(self):  # AD-08
        manual = self.good("manual")
        for option in ("--password", "--secret", "--client-secret"):
            self.assertNotIn(f"`{option} ", manual)
            self.bad(2, "user", "create", "--login", "a", option, "hunter2hunter2")

    def test_version(self):
        self.assertIn("openssl", self.good("version"))
        self.assertRegex(self.json("version")["version"], r"^\d+\.\d+\.\d+$")
        self.assertEqual(self.good("--version"), self.good("version"))

    def test_the_pages_in_docs_are_up_to_date(self):
        for name, command in (("cli.md", ["manual"]), ("configuration.md", ["config", "manual"])):
            with open(os.path.join(SOURCE, "docs", name)) as file:
                self.assertEqual(file.read(), self.good(*command),
                                 f"write it anew: grantd {' '.join(command)} > docs/{name}")

    def test_output_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([BINARY, "manual"], stdout=full, stderr=subprocess.PIPE,
                                  text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be written", done.stderr)

    def completed(self, *words):
        script = ("source <({b} completion bash); COMP_WORDS=({w}); COMP_CWORD={n}; _grantd; "
                  "echo \"${{COMPREPLY[@]}}\"").format(
                      b=BINARY, w=" ".join(f"'{w}'" for w in ("grantd", *words)), n=len(words))
        done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash_completes_commands_options_and_choices(self):
        self.assertEqual(self.completed("cl"), ["client"])
        self.assertEqual(self.completed("client", "rot"), ["rotate-secret"])
        self.assertEqual(self.completed("client", "create", "--redir"), ["--redirect-uri"])
        self.assertEqual(self.completed("client", "create", "--pkce", ""),
                         ["required", "optional"])
        self.assertIn("--user", self.completed("session", "list", "--"))
        self.assertIn("grantd client", self.good("completion", "fish").replace("-c grantd", "") +
                      "grantd client")
        for shell in ("zsh", "fish"):
            script = self.good("completion", shell)
            self.assertIn("rotate-secret", script)
            self.assertIn("redirect-uri", script)
        self.assertIn("expected bash, zsh or fish", self.bad(2, "completion", "tcsh"))


if __name__ == "__main__":
    main()
