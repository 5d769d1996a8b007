#pragma once
/// Everything a host needs. Each header also stands alone.
#include <bylaw/config/files.hpp>
#include <bylaw/engine/books.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/engine/instances.hpp>
#include <bylaw/policy/decision.hpp>
#include <bylaw/report/report.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/facts.hpp>
