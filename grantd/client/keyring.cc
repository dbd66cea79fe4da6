// The desktop's keyring by libsecret, which is loaded only where it is installed: nothing links it.
#include <dlfcn.h>

#include "grantd/base/encoding.h"
#include "grantd/client/lock_file.h"

namespace grantd::client {
namespace {

// What libsecret-1.so.0 has for a stable interface (secret-schema.h, secret-password.h). GObject
// types stay opaque.
struct SecretSchema {
  const char* name;
  int flags;
  struct {
    const char* name;
    int type;
  } attributes[32];
  int reserved;
  void* reserved1[7];
};
struct GError {
  std::uint32_t domain;
  int code;
  char* message;
};

constexpr int kString = 0;
constexpr const char* kDefaultCollection = "default";
const SecretSchema kSchema = {
    "dev.grantd.Login", 0, {{"login", kString}, {nullptr, 0}}, 0, {}};

struct Libsecret {
  char* (*lookup)(const SecretSchema*, void*, GError**, ...) = nullptr;
  int (*store)(const SecretSchema*, const char*, const char*, const char*, void*, GError**,
               ...) = nullptr;
  int (*clear)(const SecretSchema*, void*, GError**, ...) = nullptr;
  void (*free_password)(char*) = nullptr;
  void (*free_error)(GError*) = nullptr;

  template <class Function>
  static bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
  }

  // Null where it is not installed. Stays loaded: GLib cannot be unloaded.
  static const Libsecret* get() {
    static const std::optional<Libsecret> kLoaded = load();
    return kLoaded ? &*kLoaded : nullptr;
  }

 private:
  static std::optional<Libsecret> load() {
    void* library = dlopen("libsecret-1.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library) return {};
    Libsecret out;
    const bool whole = find(library, "secret_password_lookup_sync", out.lookup) &&
                       find(library, "secret_password_store_sync", out.store) &&
                       find(library, "secret_password_clear_sync", out.clear) &&
                       find(library, "secret_password_free", out.free_password) &&
                       find(library, "g_error_free", out.free_error);
    if (!whole) return {};
    return out;
  }
};

class KeyringCache final : public TokenCache {
 public:
  KeyringCache(const Libsecret& library, std::string name, std::string lock)
      : library_(library), name_(std::move(name)), lock_(std::move(lock)) {}

  Result<std::optional<Secret>, std::string> load() override {
    GError* error = nullptr;
    char* found =
        library_.lookup(&kSchema, nullptr, &error, "login", name_.c_str(), nullptr);
    TRY(check(error));
    if (!found) return std::nullopt;
    Secret text{std::string_view(found)};
    library_.free_password(found);  // wipes it
    return text;
  }

  Result<Unit, std::string> save(const Secret& text) override {
    GError* error = nullptr;
    std::string copy(text.reveal_text());  // with the NUL that ends it
    const std::string label = "grantd login " + name_;
    library_.store(&kSchema, kDefaultCollection, label.c_str(), copy.c_str(), nullptr, &error,
                   "login", name_.c_str(), nullptr);
    wipe(copy.data(), copy.size());
    return check(error);
  }

  Result<Unit, std::string> forget() override {
    GError* error = nullptr;
    library_.clear(&kSchema, nullptr, &error, "login", name_.c_str(), nullptr);
    return check(error);
  }

  Result<std::unique_ptr<Lock>, std::string> lock(std::chrono::milliseconds wait) override {
    return lock_file(lock_, wait);
  }

  std::string place() const override { return "the keyring, \"grantd login " + name_ + "\""; }

 private:
  Result<Unit, std::string> check(GError* error) const {
    if (!error) return Unit{};
    const std::string why = printable(error->message ? error->message : "no reason");
    library_.free_error(error);
    return fail("the keyring: " + why);
  }

  const Libsecret& library_;
  const std::string name_, lock_;
};

}  // namespace

std::shared_ptr<TokenCache> keyring_cache(std::string name, std::string lock_file) {
  const Libsecret* library = Libsecret::get();
  if (!library) return nullptr;
  auto cache = std::make_shared<KeyringCache>(*library, std::move(name), std::move(lock_file));
  // No session bus, no service: a look tells.
  return cache->load() ? cache : nullptr;
}

}  // namespace grantd::client
