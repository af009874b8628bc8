(* Limits: ceilings, floors, allow-sets and block-sets of many layers on one measure.

   Mirrors engine/interlock/kernel/limits.py. What bounds nothing is not given;
   a set of names is a number whose bits say which names are in it. A measure is
   a number or a name: a value has both here, and the bounds of the other one
   are not given. *)

From Coq Require Import List Bool Btauto ZArith Lia.
From Interlock Require Import Semilattice.
Import ListNotations.

Record bounds := Bound {
  ceiling : option Z;
  floor : option Z;
  allows : option N;
  blocks : N;
}.

Definition top : bounds := Bound None None None 0.

Definition meet (b c : bounds) : bounds :=
  Bound
    (optional Z.min (ceiling b) (ceiling c))
    (optional Z.max (floor b) (floor c))
    (optional N.land (allows b) (allows c))
    (N.lor (blocks b) (blocks c)).

Definition given {A} (test : A -> bool) (a : option A) : bool :=
  match a with
  | Some x => test x
  | None => true
  end.

Definition within (b : bounds) (number : Z) (name : N) : bool :=
  given (fun c => number <=? c)%Z (ceiling b)
  && given (fun f => f <=? number)%Z (floor b)
  && given (fun s => N.testbit s name) (allows b)
  && negb (N.testbit (blocks b) name).

(* All limits on one measure, whichever layers they are of. *)
Definition met (all : list bounds) : bounds := fold_right meet top all.

Definition contradicts (b : bounds) : bool :=
  match floor b, ceiling b with
  | Some f, Some c => (c <? f)%Z
  | _, _ => false
  end
  || match allows b with
     | Some s => (N.ldiff s (blocks b) =? 0)%N
     | None => false
     end.

Lemma aci_meet : aci meet.
Proof.
  destruct (optional_aci Z.min aci_min) as (a1 & c1 & i1).
  destruct (optional_aci Z.max aci_max) as (a2 & c2 & i2).
  destruct (optional_aci N.land aci_intersection) as (a3 & c3 & i3).
  repeat split; intros; unfold meet; repeat match goal with x : bounds |- _ => destruct x end; simpl;
    f_equal; auto using N.lor_assoc, N.lor_comm, N.lor_diag.
Qed.

Lemma meet_top b : meet b top = b.
Proof. destruct b as [[?|] [?|] [?|] ?]; unfold meet; simpl; now rewrite N.lor_0_r. Qed.

Lemma within_meet b c n i : within (meet b c) n i = within b n i && within c n i.
Proof.
  assert (forall {A} (join : A -> A -> A) test, (forall x y, test (join x y) = test x && test y) ->
            forall o p, given test (optional join o p) = given test o && given test p) as G.
  { intros A join test H [x|] [y|]; simpl; rewrite ?H, ?andb_true_r; trivial. }
  unfold within, meet. simpl. rewrite N.lor_spec, negb_orb.
  rewrite (G _ Z.min), (G _ Z.max), (G _ N.land);
    [btauto|intros; apply N.land_spec|intros; lia|intros; lia].
Qed.

(* A value is within what meets exactly where it is within each; and the meet is a join of restrictions. *)
Theorem min_meet :
  aci meet /\ forall all n i, within (met all) n i = forallb (fun b => within b n i) all.
Proof.
  split; [exact aci_meet|]. intros all n i. induction all as [|b all IH]; simpl.
  - reflexivity.
  - now rewrite within_meet, IH.
Qed.

(* Whatever is added below, nothing that was outside comes within. *)
Theorem child_cannot_loosen : forall parents children n i,
  within (met (parents ++ children)) n i = true -> within (met parents) n i = true.
Proof.
  intros parents children n i. destruct min_meet as (_ & H).
  now rewrite !H, forallb_app, andb_true_iff.
Qed.

Theorem undeclared_is_top :
  (forall n i, within top n i = true) /\ forall all, met (top :: all) = met all /\ met (all ++ [top]) = met all.
Proof.
  destruct aci_meet as (assoc & comm & _). split.
  - reflexivity.
  - intros all. split; [simpl; rewrite comm; apply meet_top|].
    induction all as [|b all IH]; simpl; [apply meet_top|now rewrite IH].
Qed.

(* Bounds contradict themselves exactly where no value at all is within. *)
Theorem conflict_is_emptiness : forall b, contradicts b = true <-> forall n i, within b n i = false.
Proof.
  intros [c f a k]. unfold contradicts, within; simpl. split.
  - intros H n i. apply not_true_iff_false. intros W.
    rewrite !andb_true_iff, negb_true_iff in W. destruct W as (((C & F) & A) & B).
    apply orb_true_iff in H. destruct H as [H|H].
    + destruct f as [f|], c as [c|]; simpl in *; try discriminate. lia.
    + destruct a as [a|]; [|discriminate]. simpl in A. apply N.eqb_eq in H.
      assert (N.testbit (N.ldiff a k) i = true) as D by now rewrite N.ldiff_spec, A, B.
      now rewrite H, N.bits_0 in D.
  - intros H. apply not_false_iff_true. intros D. apply orb_false_iff in D. destruct D as (R & S).
    assert (exists n, given (fun c => n <=? c)%Z c && given (fun f => f <=? n)%Z f = true) as (n & Hn).
    { destruct f as [f|], c as [c|]; simpl in *;
        [exists f|exists f|exists c|exists 0%Z]; trivial; rewrite ?andb_true_iff; lia. }
    assert (exists i, given (fun s => N.testbit s i) a && negb (N.testbit k i) = true) as (i & Hi).
    { destruct a as [a|]; simpl in *.
      - exists (N.log2 (N.ldiff a k)). rewrite <- N.ldiff_spec. apply N.bit_log2. now apply N.eqb_neq.
      - exists (N.succ (N.log2 k)). rewrite N.bits_above_log2; [easy|lia]. }
    specialize (H n i). now rewrite Hn, <- andb_assoc, Hi in H.
Qed.

Lemma met_same xs ys : same xs ys -> met xs = met ys.
Proof.
  intros H.
  assert (forall all, met all = match merged meet all with Some b => b | None => top end) as E.
  { induction all as [|b all IH]; simpl; trivial. rewrite IH.
    destruct (merged meet all); simpl; trivial. apply meet_top. }
  rewrite !E. now rewrite (merged_same meet aci_meet xs ys H).
Qed.

(* More limits never mend a contradiction. *)
Lemma contradiction_is_final xs ys : incl xs ys -> contradicts (met xs) = true -> contradicts (met ys) = true.
Proof.
  intros I. destruct min_meet as (_ & H). rewrite !conflict_is_emptiness. intros E n i.
  specialize (E n i). rewrite H in *. apply not_true_iff_false in E. apply not_true_iff_false.
  intros A. apply E. rewrite forallb_forall in *. auto.
Qed.
