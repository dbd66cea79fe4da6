// loadgen: plays flows of HTTP requests against a server and checks every answer.
//
//   loadgen SCENARIO.json [-c connections] [-d seconds] [-w warm-up seconds] [-n flows at most]
//           [-r flows a second (open loop)] [-f 1 (a new connection for each flow)]
//           [-p pid,pid of the server] [-v verify every nth token]
//
// A wrong answer ends its flow, counts as an error and never towards a rate. The results are one
// JSON object on standard output; exit code 0 where there were flows and no errors.
#include <cstdio>

#include "bench/loadgen/engine.h"
#include "bench/loadgen/text.h"
#include "grantd/base/encoding.h"

int main(int count, char** arguments) {
  using namespace loadgen;
  if (count < 2) die("usage: loadgen SCENARIO.json [options]; see bench/loadgen/main.cc");
  Scenario scenario(arguments[1]);
  Options options;
  for (int i = 2; i + 1 < count; i += 2) {
    const std::string name = arguments[i];
    const std::string value = arguments[i + 1];
    if (name == "-c") {
      options.connections = std::stoul(value);
    } else if (name == "-d") {
      options.seconds = std::stod(value);
    } else if (name == "-w") {
      options.warm_seconds = std::stod(value);
    } else if (name == "-n") {
      options.flows_max = std::stoul(value);
    } else if (name == "-r") {
      options.rate = std::stod(value);
    } else if (name == "-f") {
      options.fresh = value == "1";
    } else if (name == "-v") {
      options.verify_every = std::stoul(value);
    } else if (name == "-p") {
      for (const std::string_view process : grantd::split(value, ',')) {
        options.processes.emplace_back(process);
      }
    } else {
      die("unknown option " + name);
    }
  }
  Engine engine(scenario, options);
  engine.run();
  std::fputs(engine.report().dump_pretty().c_str(), stdout);
  return engine.good() ? 0 : 1;
}
