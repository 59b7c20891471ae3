// What the runtime counts, as metrics of the API.
#pragma once
#include <vector>

#include "offhook/http/api.hpp"
#include "offhook/runtime/rejections.hpp"
#include "offhook/runtime/runtime.hpp"

namespace offhook::daemon {

[[nodiscard]] std::vector<http::Metric> runtime_metrics(const runtime::Runtime& runtime, const runtime::Rejections& rejections);

}  // namespace offhook::daemon
