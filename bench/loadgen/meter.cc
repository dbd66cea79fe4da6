#include "bench/loadgen/meter.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "bench/loadgen/text.h"

namespace loadgen {
namespace {

void add_cpu(const std::string& process, std::map<std::string, double>& milliseconds) {
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + process + "/task", gone)) {
    std::ifstream in(task.path() / "schedstat");
    std::ifstream name_in(task.path() / "comm");
    std::uint64_t nanoseconds = 0;
    std::string name;
    in >> nanoseconds;
    std::getline(name_in, name);
    milliseconds[name] += static_cast<double>(nanoseconds) / 1e6;
    std::ifstream children(task.path() / "children");
    for (std::string child; children >> child;) add_cpu(child, milliseconds);
  }
}

}  // namespace

std::map<std::string, double> cpu_by_thread(const std::vector<std::string>& processes) {
  std::map<std::string, double> milliseconds;
  for (const std::string& process : processes) add_cpu(process, milliseconds);
  return milliseconds;
}

double machine_cpu_ms() {
  std::ifstream in("/proc/stat");
  std::string label;
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, soft = 0, stolen = 0;
  in >> label >> user >> nice >> system >> idle >> waiting >> irq >> soft >> stolen;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return (user + nice + system + irq + soft + stolen) * 1000 / ticks;
}

double own_cpu_ms() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

double signature_us() {
  static EVP_PKEY* const key = EVP_EC_gen("P-256");
  const auto now_us = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
  };
  constexpr int kEach = 100;
  unsigned char signature[80];
  const unsigned char digest[32] = {1};
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
  EVP_PKEY_sign_init(context);
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    const double begun = now_us();
    for (int i = 0; i < kEach; ++i) {
      std::size_t size = sizeof signature;
      if (EVP_PKEY_sign(context, signature, &size, digest, sizeof digest) != 1) die("no signature");
    }
    best = std::min(best, (now_us() - begun) / kEach);
  }
  EVP_PKEY_CTX_free(context);
  return best;
}

grantd::Json percentiles(std::vector<std::uint32_t>& micros) {
  if (micros.empty()) return {};
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double part) {
    const auto index = static_cast<std::size_t>(part * static_cast<double>(micros.size()));
    return static_cast<double>(micros[std::min(micros.size() - 1, index)]) / 1000;
  };
  double sum = 0;
  for (const std::uint32_t one : micros) sum += one;
  return grantd::Json::object({{"mean", sum / static_cast<double>(micros.size()) / 1000},
                               {"p50", at(0.5)},
                               {"p99", at(0.99)},
                               {"p999", at(0.999)},
                               {"max", static_cast<double>(micros.back()) / 1000}});
}

}  // namespace loadgen
