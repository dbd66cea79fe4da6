#!/usr/bin/env python3
"""The check finds what it is for: one small tree a rule, with one thing wrong in it."""

import pathlib
import tempfile
import unittest

import check_house

HEADER = "#pragma once\n"


class CheckHouse(unittest.TestCase):
    def wrong(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {"grantd/base/a.cc": "int a() { return 1; }\n", **files}.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return check_house.check(root)[0]

    def assert_one(self, files, *words):
        wrong = self.wrong(files)
        self.assertEqual(len(wrong), 1, wrong)
        for word in words:
            self.assertIn(word, wrong[0])

    def test_a_tree_in_order_has_nothing_wrong(self):
        self.assertEqual(self.wrong({"grantd/oauth/b.h": HEADER,
                                     "grantd/core/c.cc": '#include "grantd/oauth/b.h"\n'}), [])

    def test_core_may_not_include_the_store(self):
        self.assert_one({"grantd/core/b.cc": '#include "grantd/store/store.h"\n'},
                        "grantd/core/b.cc:1", "core may include")

    def test_http_may_not_include_oauth(self):
        self.assert_one({"grantd/http/b.cc": '#include "grantd/oauth/scope.h"\n'},
                        "http may include")

    def test_guard_may_not_include_the_server(self):
        self.assert_one({"grantd/guard/b.cc": '#include "grantd/server/keys.h"\n'},
                        "guard may include")

    def test_no_room_includes_a_program(self):
        self.assert_one({"grantd/server/b.cc": '#include "apps/grantd/dev.h"\n'}, "above it")

    def test_a_public_header_includes_no_third_party_library(self):
        self.assert_one({"grantd/base/b.h": HEADER + "#include <sodium.h>\n"}, "third-party")

    def test_a_public_header_includes_none_through_another_room_either(self):
        wrong = self.wrong({"grantd/http/b.h": HEADER + "#include <boost/asio.hpp>\n",
                            "grantd/client/c.h": HEADER + '#include "grantd/http/b.h"\n'})
        self.assertEqual(len(wrong), 1, wrong)
        self.assertIn("by grantd/http/b.h", wrong[0])

    def test_a_public_header_names_no_third_party_type(self):
        self.assert_one({"grantd/jose/b.h": HEADER + "EVP_PKEY* key();\n"}, "grantd/jose/b.h:2",
                        "EVP_")

    def test_a_comment_may_name_a_library(self):
        self.assertEqual(self.wrong({"grantd/jose/b.h": HEADER + "// EVP_ stays in the .cc\n"}), [])

    def test_a_line_of_more_than_100_columns(self):
        self.assert_one({"grantd/base/b.cc": "// " + "x" * 98 + "\n"}, "101 columns")

    def test_a_file_of_more_than_400_lines(self):
        self.assert_one({"apps/grantd/b.cc": "// x\n" * 401}, "401 lines")

    def test_a_function_of_more_than_70_lines(self):
        body = "  x();\n" * 69
        self.assert_one({"grantd/base/b.cc": f"int f(int x) {{\n{body}}}\n"}, "f has 71 lines")
        self.assert_one({"grantd/base/b.cc": f"C::C(int x)\n    : a_(x), b_{{1}} {{\n{body}}}\n"},
                        "72 lines")

    def test_a_class_of_short_functions_may_be_longer(self):
        body = "  int f() const { return 1; }\n" * 80
        self.assertEqual(self.wrong({"grantd/base/b.cc": f"class C {{\n{body}}};\n"}), [])

    def test_a_name_that_says_nothing(self):
        self.assert_one({"grantd/base/util.cc": ""}, "named util")
        self.assert_one({"tests/common/b.py": ""}, "named common")

    def test_a_header_without_pragma_once(self):
        self.assert_one({"grantd/base/b.h": "int f();\n"}, "#pragma once")


if __name__ == "__main__":
    unittest.main()
