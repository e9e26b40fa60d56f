// What a program was built with and runs on, in words: for the record of a training run, whose bits
// depend on it. Thread-safe.
#pragma once

#include <string>

namespace mnist {

std::string describe_compiler();   // "GCC 12.2.0"
std::string describe_system();     // "Linux 6.1.0 x86_64"; empty if the system does not say
std::string describe_processor();  // "AMD EPYC 9654"; empty if the system does not say

}  // namespace mnist
