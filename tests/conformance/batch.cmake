# The host of batches says which orders are held, and ends well.
execute_process(COMMAND ${PROGRAM} ${POLICY} OUTPUT_VARIABLE got RESULT_VARIABLE code)
if(NOT code EQUAL 0 OR NOT got MATCHES "order 0: free\norder 1: large_order\norder 2: free\n")
  message(FATAL_ERROR "code ${code}, printed ${got}")
endif()
