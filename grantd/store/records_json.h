// Records as JSON: the documents that the tables keep, and what the command line shows.
//
// Member names are those of RFC 7591 §2 where it has one (client_id, redirect_uris …). A document
// is whole: reading it back gives an equal record, all but its version, which is a column.
#pragma once

#include <string>

#include "grantd/base/json.h"
#include "grantd/base/result.h"
#include "grantd/core/records.h"

namespace grantd::store {

// Documents. They hold hashes of secrets: for the store only, never for a person or a log.
// Times in milliseconds ("created_ms"), binary values as base64url.
Json to_json(const core::Client& client);
Json to_json(const core::Resource& resource);

// The error names the member and what is wrong with it. Unknown members are errors: a document that
// says more than this release understands must not be judged by half.
Result<core::Client, std::string> client_from_json(const Json& json);
Result<core::Resource, std::string> resource_from_json(const Json& json);

// For display (`--json`): no hash, no wrapped key. Times as RFC 3339 ("created"), identifiers as
// they are on the wire.
Json redacted(const core::Client& client);
Json redacted(const core::Resource& resource);
Json redacted(const core::User& user);
Json redacted(const core::Session& session);
Json redacted(const core::Consent& consent);
Json redacted(const core::Grant& grant);
Json redacted(const core::Key& key);

}  // namespace grantd::store
