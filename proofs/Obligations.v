(* Obligations: what a decision obliges to, merged per key in the way that the key declares.

   Mirrors engine/interlock/kernel/obligations.py, whose None is `Clash` here. A set
   of names has a name in it, and is the positive number whose bits say which. *)

From Coq Require Import List Bool ZArith PArith Lia.
From Interlock Require Import Semilattice.
Import ListNotations.

Inductive way := Min | Max | Union | Intersection | Equal.

Inductive content :=
  | Number (n : Z)
  | Names (s : positive)
  | Clash.

Definition content_dec : forall a b : content, {a = b} + {a <> b}.
Proof. decide equality; auto using Z.eq_dec, Pos.eq_dec. Defined.
Arguments content_dec : simpl never.

(* Contents that the way doesn't merge, which a load refuses, agree if they are equal. *)
Definition agreed (a b : content) : content := if content_dec a b then a else Clash.

(* The names of a set; none are a clash. *)
Definition named (s : N) : content :=
  match s with
  | N0 => Clash
  | Npos u => Names u
  end.

Definition join (w : way) (a b : content) : content :=
  match w, a, b with
  | Min, Number m, Number n => Number (Z.min m n)
  | Max, Number m, Number n => Number (Z.max m n)
  | Union, Names s, Names t => Names (Pos.lor s t)
  | Intersection, Names s, Names t => named (Pos.land s t)
  | _, _, _ => agreed a b
  end.

Ltac agree :=
  simpl; cbv [agreed];
  repeat (match goal with |- context [content_dec ?a ?b] =>
            lazymatch constr:((a, b)) with
            | context [content_dec] => fail
            | _ => destruct (content_dec a b)
            end
          end; simpl; cbv [agreed]);
  congruence.

Lemma intersection_left s n : join Intersection (Names s) (named n) = named (N.land (Npos s) n).
Proof. destruct n; [agree|reflexivity]. Qed.

Lemma intersection_right s n : join Intersection (named n) (Names s) = named (N.land n (Npos s)).
Proof. destruct n; [agree|reflexivity]. Qed.

(* Each way is a join, so that order, repetition and grouping of obligations don't matter. *)
Theorem obl_merge_aci : forall w, aci (join w).
Proof.
  pose proof aci_union as (union_assoc & union_comm & union_idem).
  pose proof aci_intersection as (inter_assoc & inter_comm & inter_idem).
  intros w. repeat split.
  - intros a b c. destruct w, a as [m|s|], b as [n|t|], c as [o|u|];
      try reflexivity; try agree; try (simpl; destruct (Pos.land _ _); agree).
    + simpl. now rewrite Z.min_assoc.
    + simpl. now rewrite Z.max_assoc.
    + simpl. f_equal. specialize (union_assoc (Npos s) (Npos t) (Npos u)). simpl in *. congruence.
    + change (join Intersection (Names s) (named (N.land (Npos t) (Npos u)))
              = join Intersection (named (N.land (Npos s) (Npos t))) (Names u)).
      now rewrite intersection_left, intersection_right, inter_assoc.
  - intros a b. destruct w, a as [m|s|], b as [n|t|]; try reflexivity; try agree.
    + simpl. now rewrite Z.min_comm.
    + simpl. now rewrite Z.max_comm.
    + simpl. f_equal. specialize (union_comm (Npos s) (Npos t)). simpl in *. congruence.
    + change (named (N.land (Npos s) (Npos t)) = named (N.land (Npos t) (Npos s))). now rewrite inter_comm.
  - intros a. destruct w, a as [m|s|]; try reflexivity; try agree; simpl.
    + now rewrite Z.min_id.
    + now rewrite Z.max_id.
    + f_equal. specialize (union_idem (Npos s)). simpl in *. congruence.
    + change (named (N.land (Npos s) (Npos s)) = Names s). now rewrite inter_idem.
Qed.

Lemma join_clash w a : join w Clash a = Clash.
Proof. destruct w, a; try reflexivity; agree. Qed.

(* What clashes stays in conflict, whatever more is obliged to. *)
Lemma clash_is_final w xs ys : incl xs ys -> merged (join w) xs = Some Clash -> merged (join w) ys = Some Clash.
Proof.
  intros I E.
  destruct (merged (join w) ys) as [m|] eqn:Y.
  - assert (join w Clash m = m) as <-; [|now rewrite join_clash].
    apply (merged_least (join w) (obl_merge_aci w) m xs); trivial.
    intros x H. apply I in H. 
    destruct (merged_covers (join w) (obl_merge_aci w) x ys H) as (? & ? & ?). congruence.
  - apply merged_none in Y. subst. apply incl_l_nil in I. now subst.
Qed.
