# Runs the warehouse twice on one store and looks at what it prints.
file(GLOB old "${STORE}*")
if(old)
  file(REMOVE ${old})
endif()
foreach(expected
    "receive 10: booked.*reserve 2 for A-3: refused, `TEA` at `DC1`.*has 1 free, 2 are needed.*ship A-1: booked.*count 2 less: booked.*A-2 has lost 1 of its units.*receive 1 too late: refused.*on hand 2, reserved 2, worth 8.00 USD"
    "receive 10: known already.*reserve 2 for A-3: refused.*close the day: known already.*receive 1 too late: refused.*on hand 2, reserved 2, worth 8.00 USD")
  execute_process(COMMAND "${PROGRAM}" "${STORE}" OUTPUT_VARIABLE said RESULT_VARIABLE code)
  if(NOT code EQUAL 0 OR NOT said MATCHES "${expected}")
    message(FATAL_ERROR "expected ${expected}\nbut it said (exit ${code})\n${said}")
  endif()
endforeach()
