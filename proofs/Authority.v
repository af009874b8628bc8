(* Whose mutation a place ends up with, and what becomes of the decision. *)

From Coq Require Import List Bool Arith ZArith Lia.
From Interlock Require Import Semilattice Limits Signals Kernel Mutation Strata.
Import ListNotations.

(* What is filled in or locked is what the highest layer with a default for the place, or with a lock
   that takes part there, says, all of that layer alike; lower layers have no say. *)
Theorem mut_authority : forall ws x p v,
  (fill ws x p = Put v ->
   exists w, In w (asked 1 ws x p) /\ makes w = Default v
     /\ forall w' u, In w' (asked 1 ws x p) -> makes w' = Default u ->
          by_layer w <= by_layer w' /\ (by_layer w' = by_layer w -> u = v))
  /\ (lock ws x p = Put v ->
      mutate ws x p = Some v
      /\ exists w instead, In w (acting ws x p) /\ makes w = Lock v instead
           /\ forall w' u others, In w' (acting ws x p) -> makes w' = Lock u others ->
                by_layer w <= by_layer w' /\ (by_layer w' = by_layer w -> u = v)).
Proof.
  intros ws x p v. split; intros H; [|split; [unfold mutate; now rewrite H|]].
  - unfold fill, filled in H. destruct (x p); [discriminate|].
    destruct (highest _) as [(k, [u|])|] eqn:T; try discriminate. injection H as ->.
    apply highest_decides in T as ((w & I & <- & J) & L). exists w.
    split; [trivial|split; [|intros w' u A M; apply (L w' u A); unfold constant; rewrite M; now left]].
    apply asked_in in I as (_ & _ & S). unfold stratum, constant in *. destruct (makes w); try easy.
    destruct J as [->|[]]; easy.
  - unfold lock, locked in H. destruct (highest _) as [(k, [u|])|] eqn:T; try discriminate.
    destruct (forallb _ _); [|discriminate]. injection H as ->.
    apply highest_decides in T as ((w & I & <- & J) & L).
    assert (exists instead, makes w = Lock v instead) as (instead & M).
    { apply filter_In in I as (I & _). apply asked_in in I as (_ & _ & S).
      unfold stratum, constant in *. destruct (makes w); try easy. destruct J as [->|[]]. eauto. }
    exists w, instead. split; [trivial|split; [trivial|]].
    intros w' u others A N. apply (L w' u A). unfold constant. rewrite N. now left.
Qed.

Lemma fits_meet v b c : fits v (meet b c) = fits v b && fits v c.
Proof.
  destruct v as [n|s|t]; simpl; trivial.
  destruct b as [[?|] [?|] a k], c as [[?|] [?|] a' k']; simpl; lia.
Qed.

Lemma merged_fits v bs m : merged meet bs = Some m -> fits v m = true -> forall b, In b bs -> fits v b = true.
Proof.
  revert m; induction bs as [|b bs IH]; simpl; intros m M F c I; [easy|].
  destruct (merged meet bs) as [n|] eqn:N; simpl in M; injection M as <-.
  - rewrite fits_meet, andb_true_iff in F. destruct F, I as [<-|I]; eauto.
  - apply merged_none in N. subst. now destruct I as [<-|[]].
Qed.

(* Where nothing conflicts the place ends up within every clamp, but for clamps below a lock. *)
Theorem mut_within_limits : forall ws x p v w low high,
  conflicts ws x p = [] -> mutate ws x p = Some v ->
  In w (asked 2 ws (after_fill ws x) p) -> makes w = Clamp low high ->
  (forall w', In w' (acting ws x p) -> by_layer w <= by_layer w') ->
  fits v (Bound high low None 0) = true.
Proof.
  intros ws x p v w low high C M I K A.
  assert (forall acts, In w acts -> In (Bound high low None 0) (clamps acts)) as G.
  { intros acts J. unfold clamps. apply in_flat_map. exists w. rewrite K. split; trivial. now left. }
  unfold conflicts in C. apply app_eq_nil in C as (_ & C). apply app_eq_nil in C as (B & C).
  apply app_eq_nil in C as (L & _). unfold mutate in M.
  destruct (lock ws x p) as [|u|] eqn:P; [| |discriminate]; simpl in M.
  - unfold after_bound in M. unfold bound in *. specialize (G _ I). unfold bounded in *.
    destruct (merged meet (clamps (asked 2 ws (after_fill ws x) p))) as [b|] eqn:Y.
    + destruct (merged N.lor _); [discriminate|].
      destruct (contradicts b) eqn:D; [discriminate|].
      destruct (after_fill ws x p) as [[n|s|t]|]; simpl in *; try discriminate. injection M as <-.
      apply (merged_fits _ _ _ Y); trivial.
      unfold contradicts in D. apply orb_false_iff in D as (D & _).
      unfold fits, squeeze. destruct (ceiling b), (floor b); simpl in *; lia.
    + apply merged_none in Y. now rewrite Y in G.
  - injection M as ->. unfold lock, locked in P.
    destruct (highest _) as [(k, [u|])|] eqn:T; try discriminate.
    destruct (forallb _ _) eqn:F; [|discriminate]. injection P as ->.
    apply highest_decides in T as ((w' & J & <- & _) & _).
    rewrite forallb_forall in F. apply F, G, filter_In. split; trivial. apply Nat.leb_le. auto.
Qed.

(* The decision on an object: on what the rules say of it once it is mutated, and no conflict anywhere. *)

Section Admission.
  Variables (knows : nat -> bool) (ls : list authority).
  Variable judged : object -> list rule.

  Definition settled (ws : list write) (x : object) : bool :=
    forallb (fun w => is_empty (conflicts ws x (target w))) ws.

  Definition admitted (ws : list write) (x : object) : bool :=
    settled ws x && allowed knows ls (judged (mutate ws x)).

  Theorem mut_conflict_denies : forall ws x p, conflicts ws x p <> [] -> admitted ws x = false.
  Proof.
    intros ws x p C. unfold admitted. replace (settled ws x) with false; [easy|].
    symmetry. apply not_true_iff_false. unfold settled. rewrite forallb_forall. intros H.
    destruct (in_dec Nat.eq_dec p (map target ws)) as [I|I].
    - apply in_map_iff in I as (w & <- & I). apply H in I. now destruct (conflicts ws x (target w)).
    - now apply C, mut_frame.
  Qed.
End Admission.
