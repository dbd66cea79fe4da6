// What a run cost: CPU time of processes, of the machine, and of one P-256 signature just now.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "grantd/base/json.h"

namespace loadgen {

// CPU milliseconds by thread name, of the processes and their descendants, from the scheduler
// (nanoseconds). A thread that ends takes its share along: servers that are measured keep theirs.
std::map<std::string, double> cpu_by_thread(const std::vector<std::string>& processes);
double machine_cpu_ms();  // busy time of all cores, whoever it was
double own_cpu_ms();
// CPU microseconds of one P-256 signature, the best of a few. Virtual machines slow down and speed
// up: a server's CPU divided by this compares better.
double signature_us();

grantd::Json percentiles(std::vector<std::uint32_t>& micros);  // milliseconds; sorts

}  // namespace loadgen
