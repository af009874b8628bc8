(* Errors never open; where they are skipped, as in Cedar, they do. *)

From Coq Require Import List Bool Arith.
From Interlock Require Import Semilattice Signals Kernel Composition.
Import ListNotations.

(* The same rule, had its expression failed. *)
Definition fail (r : rule) : rule :=
  Rule (name r) (layer r) (place r) (does r) E (mode_of r) (ignores r) (waived r) (limit r) (duties r).

(* Whether an error of the rule counts. Of a permit it always does: there is nothing to ignore. *)
Definition heeds_errors (r : rule) : bool := is_permit r || negb (ignores r).

Lemma failing_narrows ds r : heeds_errors r = true -> narrower ds (counts r) (counts (fail r)).
Proof.
  unfold heeds_errors, counts, says, fails. intros H.
  destruct r as [n l p d g m i w b o].
  unfold errored, enforced, is_permit, violated, permitted in *; simpl in *.
  assert (forall x, narrower ds x [Fails l]) as final.
  { intros x. repeat split.
    - now intros ? ? _ [|[]].
    - exists (Fails l). simpl. auto.
    - intros N. destruct N. exists (Fails l). simpl. auto. }
  destruct m, d; simpl in *; try (apply narrower_refl); try (rewrite H; apply final).
  unfold obliging; simpl. destruct o as [|c o]; [|apply final].
  destruct g; simpl; try (apply narrower_refl).
  repeat split; try easy.
  - now intros (s & [<-|[]] & ?).
  - now intros _ s U [<-|[]].
Qed.

(* Whichever rules fail, and however many: what is allowed then is allowed anyway. *)
Theorem error_never_opens : forall knows ls rules rules',
  Forall2 (fun r r' => r' = r \/ heeds_errors r = true /\ r' = fail r) rules rules' ->
  allowed knows ls rules' = true -> allowed knows ls rules = true.
Proof.
  intros knows ls rules rules' H. apply narrower_allows_less, narrower_rules.
  induction H as [|r r' rules rules' [->|(U & ->)]]; constructor; auto using narrower_refl, failing_narrows.
Qed.

(* Ignoring the errors of a rule that isn't a permit is to do without the rule, and nothing more. *)
Theorem ignoring_is_deleting : forall knows ls before after r,
  is_permit r = false -> ignores r = true ->
  allowed knows ls (before ++ fail r :: after) = allowed knows ls (before ++ after).
Proof.
  intros knows ls before after r P I.
  assert (counts (fail r) = []) as N.
  { unfold counts, says, fails. unfold is_permit in *. simpl. rewrite I.
    destruct (enforced (fail r)), (does r); simpl; congruence. }
  unfold allowed, evidence. rewrite !flat_map_app. simpl. now rewrite N.
Qed.

(* The collapse that skips errors, as Cedar's does: an erroring rule is as good as absent. *)
Definition skipping (knows : nat -> bool) (ls : list authority) (rules : list rule) : bool :=
  collapse knows ls (filter (fun s => match s with Fails _ => false | _ => true end) (evidence rules)).

(* There the error of a rule that heeds errors opens the door. *)
Theorem skip_on_error_opens : exists knows ls before r after,
  heeds_errors r = true
  /\ skipping knows ls (before ++ r :: after) = false
  /\ skipping knows ls (before ++ fail r :: after) = true.
Proof.
  exists (fun _ => true), [Layer 0 [0]], [Rule 0 0 0 Permit T Enforce false false None []],
    (Rule 1 0 0 Forbid T Enforce false false None []), [].
  repeat split.
Qed.
