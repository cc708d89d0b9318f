; What runs when, and the ways out.

(program) @block
(statement_block) @block
(labeled_statement body: (_) @block.body) @block

(if_statement condition: (_) @branch.condition consequence: (_) @branch.then alternative: (_) @branch.else) @branch

(while_statement condition: (_) @while.condition body: (_) @while.body) @while
(do_statement body: (_) @while.body condition: (_) @while.condition) @while
(for_in_statement left: (_) @each.target right: (_) @each.iterable body: (_) @each.body) @each
(for_statement initializer: (_) @for.initial condition: (_) @for.condition increment: (_) @for.update body: (_) @for.body) @for
(empty_statement) @ignored

(try_statement body: (_) @try.body handler: (_) @try.handler finalizer: (_) @try.finally) @try
(catch_clause parameter: (_) @handler.target body: (_) @handler.body) @handler
(finally_clause body: (_) @block.body) @block

(using_declaration) @manage.rest

(switch_statement value: (_) @switch.subject) @switch
(switch_statement body: (switch_body (switch_case) @switch.arm)) @switch
(switch_statement body: (switch_body (switch_default) @switch.arm)) @switch
; A case is an expression that is compared, so it declares nothing.
(switch_case value: (_) @arm.guard body: (_) @arm.body) @arm
(switch_default body: (_) @arm.body) @arm

(return_statement) @return
(throw_statement) @raise
(break_statement) @break
(continue_statement) @continue
; Only who means an outer loop names one, and the inner loop ends there.
(continue_statement (statement_identifier)) @break
