(* Modes: what isn't enforced changes nothing, and says what it would say if it were. *)

From Coq Require Import List Bool Arith.
From Interlock Require Import Semilattice Signals Kernel.
Import ListNotations.

Definition mode_dec : forall m n : mode, {m = n} + {m <> n}.
Proof. decide equality. Defined.

Definition is_in (m : mode) (r : rule) : bool := if mode_dec (mode_of r) m then true else false.

(* The channel of a mode: what its rules say, kept apart from the evidence. *)
Definition channel (m : mode) (rules : list rule) : list signal := flat_map says (filter (is_in m) rules).

(* The same rule, were it enforced. *)
Definition promote (m : mode) (r : rule) : rule :=
  if is_in m r
  then Rule (name r) (layer r) (place r) (does r) (gives r) Enforce (ignores r) (waived r) (limit r) (duties r)
  else r.

(* Rules that aren't enforced may as well not be there: the evidence is the same, and so is all that follows. *)
Theorem non_interference : forall knows ls rules,
  evidence (filter enforced rules) = evidence rules
  /\ allowed knows ls (filter enforced rules) = allowed knows ls rules.
Proof.
  intros knows ls rules.
  assert (evidence (filter enforced rules) = evidence rules) as H.
  { induction rules as [|r rules IH]; simpl; trivial.
    destruct (enforced r) eqn:E; simpl; rewrite IH; trivial. unfold counts. now rewrite E. }
  split; trivial. unfold allowed. now rewrite H.
Qed.

(* The decision on the evidence and a mode's channel is the one after promotion. *)
Theorem shadow_fidelity : forall knows ls rules m,
  m <> Enforce ->
  collapse knows ls (evidence rules ++ channel m rules) = allowed knows ls (map (promote m) rules).
Proof.
  intros knows ls rules m M. apply collapse_same; [easy|]. intros s.
  unfold evidence, channel. rewrite in_app_iff.
  induction rules as [|r rules IH]; simpl; [tauto|]. rewrite !in_app_iff, <- IH.
  unfold promote, is_in, counts, enforced at 1. destruct (mode_dec (mode_of r) m) as [E|E]; simpl.
  - rewrite E, in_app_iff. destruct m; try easy; simpl; change (says _) with (says r) at 2; tauto.
  - tauto.
Qed.
