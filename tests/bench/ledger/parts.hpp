#pragma once
#include "workload.hpp"

void in_memory();
void memory_use();
/// Groups of all sizes, single commits, threads, opening and rebuilding, on stores with a history of so many groups.
void durable(std::size_t history);
