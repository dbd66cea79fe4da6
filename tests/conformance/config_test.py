#!/usr/bin/env python3
"""oidcc-config-certification-test-plan: checklist 4.2."""

import unittest

import checks
import metadata_checks
from module import Plan


class Config(Plan):
    def test_oidcc_discovery_endpoint_verification(self):
        """oidcc-discovery-endpoint-verification"""
        answer = self.house.get_configuration()
        document = checks.check_configuration(answer, self.house.issuer)
        metadata_checks.check_document(document, answer.url)
        self.assertEqual(answer.history, [])
        keys = self.house.keys()
        # Checklist 5: the server signs by client; each algorithm that it names has its key.
        used = {key.as_dict()["alg"] for key in keys.values()}
        self.assertEqual(used, set(document["id_token_signing_alg_values_supported"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
