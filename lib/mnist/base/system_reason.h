// Why a system call failed, worded to end an Error's message: "no such file or directory".
// Thread-safe.
#pragma once

#include <string>
#include <system_error>

namespace mnist {

std::string system_reason(const std::error_code& failure);

// error_number: an errno.
std::string system_reason(int error_number);

}  // namespace mnist
