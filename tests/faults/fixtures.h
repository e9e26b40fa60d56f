// Small inputs for programs under faults: they are run hundreds of times.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "faults/sweep.h"

namespace mnist::testing {

inline constexpr std::size_t kPictures = 3;

// Each makes its part of `folder`; slow ones are made once per process.
void put_data(const std::filesystem::path& folder);      // data/, 160 training and 40 test digits
void put_config(const std::filesystem::path& folder);    // config.json
void put_models(const std::filesystem::path& folder);    // run/, trained on it; page.safetensors
void put_pictures(const std::filesystem::path& folder);  // pictures/, kPictures of them

// mnist-train from the folder's config.json and data into its run/.
Scenario training();
// The others; some files that they write already exist.
Scenario predicting();  // several pictures
Scenario dumping();     // mnist-predict, one picture, with a picture of what the network sees
Scenario evaluating();  // with a report
Scenario exporting();   // through a link
Scenario generating();
Scenario converting();  // mnist-data

}  // namespace mnist::testing
