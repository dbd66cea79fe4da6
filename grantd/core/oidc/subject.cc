#include "grantd/core/oidc/subject.h"

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"

namespace grantd::core {

std::string subject_for(const Client& client, const SubjectId& person, const Keyring& keys) {
  if (client.subject_type == SubjectType::public_) return oauth::to_text(person);
  CHECK(!keys.pairwise.empty());
  // The id has a fixed length and stands first, so no sector can be taken for another's.
  std::string drawn(reinterpret_cast<const char*>(person.view().data()), person.view().size());
  drawn += client.sector;
  return base64url_encode(keyed_hash(keys.pairwise.reveal(), drawn));
}

}  // namespace grantd::core
