// Rows as records. Columns in the order of statements.h. A row that does not read is damage:
// SQLITE_CORRUPT, never a record with a hole.
#pragma once

#include "grantd/core/records.h"
#include "grantd/store/sqlite/database.h"

namespace grantd::store::sqlite {

SqlResult<core::Grant> read_grant(const Cursor& row);
SqlResult<core::Session> read_session(const Cursor& row);
SqlResult<core::SessionClient> read_session_client(const Cursor& row);
SqlResult<core::Consent> read_consent(const Cursor& row);
SqlResult<core::User> read_user(const Cursor& row);
SqlResult<core::Client> read_client(const Cursor& row);
SqlResult<core::Resource> read_resource(const Cursor& row);
SqlResult<core::Key> read_key(const Cursor& row);

}  // namespace grantd::store::sqlite
