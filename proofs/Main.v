(* All theorems, and that none of them rests on anything that isn't proved. *)

From Interlock Require Import
  Limits Obligations Signals Kernel Composition Errors Waivers Modes Mutation Strata Idempotence Authority.

(* Composition. *)
Print Assumptions deny_overrides.
Print Assumptions default_deny.
Print Assumptions allow_iff.
Print Assumptions order_independent.
Print Assumptions duplicate_independent.
Print Assumptions regrouping.
Print Assumptions add_deny_narrows.
Print Assumptions add_layer_narrows.
Print Assumptions layer_ceiling.
Print Assumptions add_grant_never_closes.

(* Errors. *)
Print Assumptions error_never_opens.
Print Assumptions ignoring_is_deleting.
Print Assumptions skip_on_error_opens.

(* Waivers. *)
Print Assumptions waiver_locality.
Print Assumptions waiver_never_grants.
Print Assumptions waiver_never_lifts_error.
Print Assumptions waiver_removal_never_opens.
Print Assumptions no_escalation.
Print Assumptions waiver_error_closed.
Print Assumptions waiver_digest_pinned.
Print Assumptions expiry_half_open.

(* Modes. *)
Print Assumptions non_interference.
Print Assumptions shadow_fidelity.

(* Limits. *)
Print Assumptions min_meet.
Print Assumptions child_cannot_loosen.
Print Assumptions undeclared_is_top.
Print Assumptions conflict_is_emptiness.
Print Assumptions conflict_denies.

(* Obligations. *)
Print Assumptions obl_merge_aci.
Print Assumptions obl_conflict_denies.
Print Assumptions obl_unknown_denies.

(* Mutations. *)
Print Assumptions mut_order_independent.
Print Assumptions mut_idempotent.
Print Assumptions mut_frame.
Print Assumptions mut_authority.
Print Assumptions mut_within_limits.
Print Assumptions mut_conflict_denies.
