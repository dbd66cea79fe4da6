#include "apps/lesson/html.h"

#include "grantd/base/encoding.h"
#include "grantd/server/pages_view.h"

namespace grantd::lesson {

Html& Html::operator<<(Shown words) {
  text_ += html_escape(words.text);
  return *this;
}

Html& Html::operator<<(Wire text) {
  text_ += html_escape(server::shown_wire(text.text, kWireMax));
  return *this;
}

}  // namespace grantd::lesson
