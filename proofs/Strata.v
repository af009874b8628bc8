(* Mutation has one outcome in any order, and touches nothing but what is written. *)

From Coq Require Import List Bool Arith ZArith.
From Interlock Require Import Semilattice Limits Signals Mutation.
Import ListNotations.

Lemma guarded_equal w x y : (forall q, In q (reads w) -> x q = y q) -> guarded w x = guarded w y.
Proof. intros H. unfold guarded. f_equal. now apply map_ext_in. Qed.

Lemma asked_in k ws x p w : In w (asked k ws x p) -> In w ws /\ target w = p /\ stratum w = k.
Proof. unfold asked, aims. rewrite filter_In, !andb_true_iff, !Nat.eqb_eq. tauto. Qed.

(* Order. *)

Lemma asked_same k ws ws' x y p :
  same ws ws' -> (forall q, x q = y q) -> same (asked k ws x p) (asked k ws' y p).
Proof.
  intros S H. replace (asked k ws x p) with (asked k ws y p).
  - now apply same_filter.
  - apply filter_ext. intros w. now rewrite (guarded_equal w x y).
Qed.

Lemma broken_same k ws ws' x y p :
  same ws ws' -> (forall q, x q = y q) -> broken k ws x p = broken k ws' y p.
Proof.
  intros S H. unfold broken. rewrite (existsb_same _ ws ws' S). apply existsb_equal_in.
  intros w _. now rewrite (guarded_equal w x y).
Qed.

Lemma highest_same acts acts' : same acts acts' -> highest acts = highest acts'.
Proof.
  intros S. apply merged_same; [apply aci_higher, aci_agree|now apply same_flat_map].
Qed.

Lemma filled_same c acts acts' : same acts acts' -> filled c acts = filled c acts'.
Proof. intros S. unfold filled. now rewrite (highest_same acts acts' S). Qed.

Lemma bounded_same c acts acts' : same acts acts' -> bounded c acts = bounded c acts'.
Proof.
  intros S. unfold bounded.
  rewrite (merged_same N.lor aci_union (unions acts) (unions acts')) by now apply same_flat_map.
  now rewrite (merged_same meet aci_meet (clamps acts) (clamps acts')) by now apply same_flat_map.
Qed.

Lemma locked_same acts acts' bs bs' : same acts acts' -> same bs bs' -> locked acts bs = locked acts' bs'.
Proof.
  intros S B. unfold locked. rewrite (highest_same acts acts' S).
  destruct (highest acts') as [(k, [v|])|]; trivial.
  rewrite (forallb_same _ _ (clamps (filter (fun w => by_layer w <=? k) bs'))); trivial.
  now apply same_flat_map, same_filter.
Qed.

Section Order.
  Variables (ws ws' : list write) (x : object).
  Hypothesis S : same ws ws'.

  Lemma fill_same p : fill ws x p = fill ws' x p.
  Proof. now apply filled_same, asked_same. Qed.

  Lemma after_fill_same p : after_fill ws x p = after_fill ws' x p.
  Proof. unfold after_fill. now rewrite fill_same. Qed.

  Lemma bound_same p : bound ws x p = bound ws' x p.
  Proof.
    unfold bound. rewrite after_fill_same.
    apply bounded_same, asked_same; auto using after_fill_same.
  Qed.

  Lemma after_bound_same p : after_bound ws x p = after_bound ws' x p.
  Proof. unfold after_bound. now rewrite bound_same, after_fill_same. Qed.

  Lemma acting_same p : same (acting ws x p) (acting ws' x p).
  Proof.
    unfold acting. rewrite after_bound_same.
    apply same_filter, asked_same; auto using after_bound_same.
  Qed.

  Lemma lock_same p : lock ws x p = lock ws' x p.
  Proof. apply locked_same, asked_same; auto using acting_same, after_fill_same. Qed.
End Order.

(* Which writes there are is all that matters, to the object and to the conflicts alike. *)
Theorem mut_order_independent : forall ws ws' x,
  same ws ws' -> forall p, mutate ws x p = mutate ws' x p /\ conflicts ws x p = conflicts ws' x p.
Proof.
  intros ws ws' x S p. split.
  - unfold mutate. now rewrite (lock_same ws ws' x S), (after_bound_same ws ws' x S).
  - unfold conflicts.
    rewrite (fill_same ws ws' x S), (bound_same ws ws' x S), (lock_same ws ws' x S).
    rewrite (broken_same 1 ws ws' x x p), (broken_same 2 ws ws' (after_fill ws x) (after_fill ws' x) p),
      (broken_same 3 ws ws' (after_bound ws x) (after_bound ws' x) p);
      auto using after_fill_same, after_bound_same.
Qed.

(* Frame. *)

Lemma asked_nothing k ws x p :
  (forall w, In w ws -> target w = p -> stratum w <> k) -> asked k ws x p = [] /\ broken k ws x p = false.
Proof.
  intros H.
  assert (forall w, In w ws -> aims k p w = false) as A.
  { intros w I. unfold aims. apply not_true_iff_false. rewrite andb_true_iff, !Nat.eqb_eq.
    intros (K & T). now apply (H w). }
  split.
  - apply filter_nothing. intros w I. now rewrite A.
  - apply not_true_iff_false. unfold broken. rewrite existsb_exists. intros (w & I & B). now rewrite A in B.
Qed.

Lemma filled_nothing c : filled c [] = Keep.
Proof. now destruct c. Qed.

(* Where nothing writes nothing changes, and nothing conflicts. *)
Theorem mut_frame : forall ws x p,
  ~ In p (map target ws) -> mutate ws x p = x p /\ conflicts ws x p = [].
Proof.
  intros ws x p H.
  assert (forall k y, asked k ws y p = [] /\ broken k ws y p = false) as A.
  { intros k y. apply asked_nothing. intros w I <-. destruct H. now apply in_map. }
  unfold mutate, conflicts, lock, acting, after_bound, bound, after_fill, fill.
  now rewrite !(proj1 (A _ _)), !(proj2 (A _ _)), filled_nothing.
Qed.
