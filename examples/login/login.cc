// Signs a person in from a terminal and says who it is: the browser opens, the answer comes back to
// 127.0.0.1, at a port that is free.
//
//   login ISSUER CLIENT_ID
#include <grantd/client/client.h>

#include <iostream>

int main(int count, char** values) {
  if (count != 3) {
    std::cerr << "usage: login ISSUER CLIENT_ID\n";
    return 2;
  }
  grantd::client::Client app(
      {.issuer = values[1], .client_id = values[2], .scope = "openid profile"});

  const auto session = app.login();
  if (!session) {
    std::cerr << session.error().message() << '\n';
    return 1;
  }
  std::cout << "Hello " << session->subject << '\n';
}
