// /logout: ends the session of this browser. Checklist LO-05, LG-14; DESIGN §1.2, 8.
#include "tests/rules/scene.h"

namespace grantd::core {
namespace {

using std::chrono::minutes;

const std::string kEnded = "page signed_out 200 + end_session ~ session gone ~ browser";
const std::string kAsked = "page logout 200";

Row logout(std::string id, std::string title, std::string want,
           std::function<void(Scene&, LogoutFormPayload&)> before =
               [](Scene&, LogoutFormPayload&) {},
           std::function<void(Sent&)> change = [](Sent&) {}) {
  return {std::move(id), std::move(title), [=](Scene& scene) {
            LogoutFormPayload form{scene.facts.epoch, scene.now + minutes(30), scene.session_id};
            before(scene, form);
            Sent sent = scene.post(
                "/logout", {{"form", scene.seal_text(SealKind::logout_form, encode(form))}});
            change(sent);
            return sent;
          }, std::move(want)};
}

TEST(logout, only_the_form_that_this_session_was_shown_ends_it) {
  run({
      logout("LO-05", "confirmed", kEnded),
      logout("CWE-352", "GET asks", kAsked, [](Scene&, LogoutFormPayload&) {},
             [](Sent& sent) {
               sent.method = "GET";
               sent.body.clear();
             }),
      logout("CWE-352", "GET with the form in the query asks", kAsked,
             [](Scene&, LogoutFormPayload&) {},
             [](Sent& sent) {
               sent.method = "GET";
               sent.query = sent.body;
             }),
      logout("CWE-352", "a POST without form is an app's wish: asked again by GET",
             "ask_by_get x=1", [](Scene&, LogoutFormPayload&) {},
             [](Sent& sent) { sent.body = "x=1"; }),
      logout("CWE-352", "another session's form", kAsked,
             [](Scene&, LogoutFormPayload& form) { form.session = id_of<SessionId>(0x66); }),
      logout("CWE-352", "too old", kAsked,
             [](Scene& scene, LogoutFormPayload& form) { form.expires = scene.now; }),
      logout("DESIGN §1.2, epoch", "from before a restore", kAsked,
             [](Scene&, LogoutFormPayload& form) { form.epoch = id_of<Epoch>(0x77); }),
      logout("LG-08", "altered", kAsked, [](Scene&, LogoutFormPayload&) {},
             [](Sent& sent) {
               const std::size_t at = sent.body.find("gof_") + 60;
               sent.body[at] = sent.body[at] == 'A' ? 'B' : 'A';
             }),
      logout("LO-05", "no session: signed out as before, nothing is written",
             "page signed_out 200", [](Scene&, LogoutFormPayload&) {},
             [](Sent& sent) { sent.session_cookie.reset(); }),
      logout("LO-05", "a dead session's cookie goes",
             "page signed_out 200 ~ session gone ~ browser",
             [](Scene& scene, LogoutFormPayload&) { scene.session().ended = true; }),
  });
}

}  // namespace
}  // namespace grantd::core
