#!/usr/bin/env python3
"""oidcc-basic-certification-test-plan, played over HTTPS: checklist 4.0, 4.1."""

import unittest

from basic_modules import BasicModules
from module import Plan
from session_modules import SessionModules


class Basic(BasicModules, SessionModules, Plan):
    pass


if __name__ == "__main__":
    unittest.main(verbosity=2)
