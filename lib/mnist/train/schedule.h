// The learning rate of each step: a function only of the step, so a resumed run needs no state.
#pragma once

#include <cstdint>

#include "mnist/train/config.h"

namespace mnist {

// The factor in [0,1] by which step `step` (0 to total-1) scales the configured learning rate.
// `steps_per_epoch` matters only for the step schedule. Warm-up rises linearly from start_fraction;
// cosine and one-cycle then fall to final_fraction, cosine along half a cosine (Loshchilov and
// Hutter, 2017, arXiv:1608.03983), one-cycle linearly (Smith and Topin, 2018, arXiv:1708.07120).
double schedule_factor(const ScheduleConfig& schedule, std::int64_t step, std::int64_t total,
                       std::int64_t steps_per_epoch);

}  // namespace mnist
