#pragma once

// Money is shown in the currency's unit with its own number of decimals (ISO 4217).
#define BYLAW_MONEY(minor, currency)                                               \
  "printf(CASE WHEN " currency                                                     \
  " IN ('JPY','KRW','CLP','ISK','VND','XAF','XOF','XPF','PYG','UGX') THEN '%.0f' " \
  "WHEN " currency                                                                 \
  " IN ('BHD','IQD','JOD','KWD','LYD','OMR','TND') THEN '%.3f' ELSE '%.2f' END, "  \
  "(" minor ") / CASE WHEN " currency                                              \
  " IN ('JPY','KRW','CLP','ISK','VND','XAF','XOF','XPF','PYG','UGX') THEN 1.0 "    \
  "WHEN " currency " IN ('BHD','IQD','JOD','KWD','LYD','OMR','TND') THEN 1000.0 ELSE 100.0 END)"
