#include "grantd/server/read_keys.h"

namespace grantd::server {
namespace {

void read_on(store::Store& store, std::vector<core::Key> so_far, std::string after,
             KeysRead done) {
  store::Query query;
  query.table = store::Query::Table::keys;
  query.after = std::move(after);
  store.list(query, [&store, so_far = std::move(so_far),
                     done = std::move(done)](Result<store::Page, store::StoreError> page) mutable {
    if (!page) return done(fail(page.error().message));
    for (store::Row& row : page->rows) so_far.push_back(std::get<core::Key>(std::move(row)));
    if (page->next.empty()) return done(std::move(so_far));
    read_on(store, std::move(so_far), page->next, std::move(done));
  });
}

}  // namespace

void read_keys(store::Store& store, KeysRead done) { read_on(store, {}, {}, std::move(done)); }

}  // namespace grantd::server
