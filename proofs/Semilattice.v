(* Merging many values into one, whatever their order, number and grouping.

   A join is associative, commutative and idempotent. What is merged by such a
   join depends on the set of the values alone: `merged_same`. All of the other
   files lean on this one fact. *)

From Coq Require Import List Arith ZArith Lia.
Import ListNotations.

(* Two lists with the same members: one set, written down twice. *)
Definition same {A} (xs ys : list A) : Prop := forall x, In x xs <-> In x ys.

Lemma same_flat_map {A B} (f : A -> list B) xs ys : same xs ys -> same (flat_map f xs) (flat_map f ys).
Proof. intros H y. rewrite !in_flat_map. split; intros (x & I & J); exists x; now rewrite (H x) in *. Qed.

Lemma same_filter {A} (f : A -> bool) xs ys : same xs ys -> same (filter f xs) (filter f ys).
Proof. intros H x. rewrite !filter_In. now rewrite (H x). Qed.

Lemma same_sym {A} (xs ys : list A) : same xs ys -> same ys xs.
Proof. intros H x. now rewrite (H x). Qed.

Lemma existsb_same {A} (f : A -> bool) xs ys : same xs ys -> existsb f xs = existsb f ys.
Proof.
  intros H. apply Bool.eq_true_iff_eq. rewrite !existsb_exists.
  split; intros (x & I & J); exists x; now rewrite (H x) in *.
Qed.

Lemma forallb_same {A} (f : A -> bool) xs ys : same xs ys -> forallb f xs = forallb f ys.
Proof.
  intros H. apply Bool.eq_true_iff_eq. rewrite !forallb_forall.
  split; intros J x I; apply J; now apply H.
Qed.

Lemma forallb_equal {A} (f g : A -> bool) xs : (forall x, f x = g x) -> forallb f xs = forallb g xs.
Proof. intros H. induction xs as [|x xs IH]; simpl; congruence. Qed.

Lemma existsb_equal_in {A} (f g : A -> bool) xs :
  (forall x, In x xs -> f x = g x) -> existsb f xs = existsb g xs.
Proof. induction xs as [|x xs IH]; simpl; intros H; trivial. rewrite (H x), IH; auto. Qed.

Lemma filter_nothing {A} (f : A -> bool) xs : (forall x, In x xs -> f x = false) -> filter f xs = [].
Proof. induction xs as [|x xs IH]; simpl; intros H; trivial. rewrite (H x), IH; auto. Qed.

Section Join.
  Context {A : Type}.

  (* Associative, commutative, idempotent. *)
  Definition aci (join : A -> A -> A) : Prop :=
    (forall a b c, join a (join b c) = join (join a b) c)
    /\ (forall a b, join a b = join b a)
    /\ (forall a, join a a = a).

  (* The join where there may be nothing on either side. *)
  Definition optional (join : A -> A -> A) (a b : option A) : option A :=
    match a, b with
    | Some x, Some y => Some (join x y)
    | Some x, None => Some x
    | None, _ => b
    end.

  (* All values merged; nothing where there are none. *)
  Definition merged (join : A -> A -> A) (xs : list A) : option A :=
    fold_right (fun x rest => optional join (Some x) rest) None xs.

  Variable join : A -> A -> A.
  Hypothesis laws : aci join.

  Lemma merged_covers x xs : In x xs -> exists m, merged join xs = Some m /\ join x m = m.
  Proof.
    destruct laws as (assoc & comm & idem).
    induction xs as [|y ys IH]; [easy|]; intros [->|I]; simpl.
    - destruct (merged join ys) as [m|]; eexists; split; try reflexivity; simpl; now rewrite ?assoc, ?idem.
    - destruct (IH I) as (m & -> & Hm). eexists; split; [reflexivity|]; simpl.
      now rewrite assoc, (comm x y), <- assoc, Hm.
  Qed.

  Lemma merged_least u xs m :
    (forall x, In x xs -> join x u = u) -> merged join xs = Some m -> join m u = u.
  Proof.
    destruct laws as (assoc & _ & _).
    revert m; induction xs as [|y ys IH]; simpl; intros m H E; [easy|].
    destruct (merged join ys) as [n|]; simpl in E; injection E as <-; [|now apply H; left].
    rewrite <- assoc, (IH n); auto.
  Qed.

  Lemma merged_none xs : merged join xs = None -> xs = [].
  Proof. destruct xs as [|x xs]; simpl; [easy|]. now destruct (merged join xs). Qed.

  Lemma merged_same xs ys : same xs ys -> merged join xs = merged join ys.
  Proof.
    destruct laws as (_ & comm & _). intros H.
    assert (below : forall us vs u v, same us vs -> merged join us = Some u ->
                      merged join vs = Some v -> join u v = v).
    { intros us vs u v S U V. apply (merged_least v us u); [|exact U].
      intros x I. apply S in I. destruct (merged_covers x vs I) as (w & W & K). congruence. }
    destruct (merged join xs) as [u|] eqn:U, (merged join ys) as [v|] eqn:V; trivial.
    - f_equal. rewrite <- (below xs ys u v), comm; auto using same_sym.
      symmetry. apply (below ys xs); auto using same_sym.
    - apply merged_none in V. subst. destruct xs as [|x]; [easy|]. destruct (proj1 (H x)). now left.
    - apply merged_none in U. subst. destruct ys as [|y]; [easy|]. destruct (proj2 (H y)). now left.
  Qed.

  Lemma optional_aci :
    (forall a b c, optional join a (optional join b c) = optional join (optional join a b) c)
    /\ (forall a b, optional join a b = optional join b a)
    /\ (forall a, optional join a a = a).
  Proof.
    destruct laws as (assoc & comm & idem).
    repeat split; intros; repeat match goal with x : option A |- _ => destruct x end; simpl; congruence.
  Qed.
End Join.

(* The joins of numbers and of finite sets. A finite set is the number whose bits say who is in it. *)

Lemma aci_min : aci Z.min.
Proof. repeat split; intros; lia. Qed.

Lemma aci_max : aci Z.max.
Proof. repeat split; intros; lia. Qed.

Lemma aci_union : aci N.lor.
Proof. repeat split; intros; auto using N.lor_assoc, N.lor_comm, N.lor_diag. Qed.

Lemma aci_intersection : aci N.land.
Proof. repeat split; intros; auto using N.land_assoc, N.land_comm, N.land_diag. Qed.

(* The flat lattice: equal values merge, and different ones are a conflict that nothing mends. *)

Inductive flat (V : Type) := Only (v : V) | Conflict.
Arguments Only {V}.
Arguments Conflict {V}.

Section Flat.
  Context {V : Type} (dec : forall v w : V, {v = w} + {v <> w}).

  Definition agree (a b : flat V) : flat V :=
    match a, b with
    | Only v, Only w => if dec v w then a else Conflict
    | _, _ => Conflict
    end.

  Lemma aci_agree : aci agree.
  Proof.
    repeat split; intros; repeat match goal with x : flat V |- _ => destruct x end; simpl; trivial;
      repeat (destruct (dec _ _); subst; simpl; trivial); congruence.
  Qed.

  Lemma merged_agree xs v : merged agree xs = Some (Only v) -> forall f, In f xs -> f = Only v.
  Proof.
    revert v; induction xs as [|f xs IH]; simpl; intros v M g I; [easy|].
    destruct (merged agree xs) as [m|] eqn:N; simpl in M.
    - destruct f as [u|], m as [w|]; simpl in M; try discriminate.
      destruct (dec u w) as [->|]; try discriminate. injection M as ->.
      destruct I as [<-|I]; auto.
    - apply merged_none in N. subst. destruct I as [<-|[]]. congruence.
  Qed.
End Flat.

(* Where several layers speak only the highest one counts, that is the lowest rank. *)

Section Ranked.
  Context {A : Type} (join : A -> A -> A).

  Definition higher (a b : nat * A) : nat * A :=
    if fst a <? fst b then a
    else if fst b <? fst a then b
    else (fst a, join (snd a) (snd b)).

  Lemma aci_higher : aci join -> aci higher.
  Proof.
    intros (assoc & comm & idem). unfold higher.
    assert (lt : forall i j, i < j -> (i <? j) = true /\ (j <? i) = false).
    { intros i j. rewrite Nat.ltb_lt, Nat.ltb_ge. lia. }
    repeat split.
    - intros (i, a) (j, b) (k, c).
      destruct (lt_eq_lt_dec i j) as [[ij|?]|ij], (lt_eq_lt_dec j k) as [[jk|?]|jk],
        (lt_eq_lt_dec i k) as [[ik|?]|ik]; try lia; subst;
        simpl; repeat (match goal with
          | H : ?x < ?y |- context [?x <? ?y] => rewrite (proj1 (lt _ _ H))
          | H : ?x < ?y |- context [?y <? ?x] => rewrite (proj2 (lt _ _ H))
          end || rewrite Nat.ltb_irrefl; simpl);
        rewrite ?assoc; trivial.
    - intros (i, a) (j, b). simpl.
      destruct (lt_eq_lt_dec i j) as [[ij|?]|ij]; subst;
        rewrite ?Nat.ltb_irrefl, ?(comm a b), ?(proj1 (lt _ _ ij)), ?(proj2 (lt _ _ ij)); trivial.
    - intros (i, a). simpl. now rewrite Nat.ltb_irrefl, idem.
  Qed.

  (* What is merged is what the highest layer says; nothing of the others is in it. *)
  Lemma merged_higher xs m :
    merged higher xs = Some m ->
    merged join (map snd (filter (fun x => fst x =? fst m) xs)) = Some (snd m)
    /\ forall x, In x xs -> fst m <= fst x.
  Proof.
    revert m; induction xs as [|(i, a) ys IH]; simpl; intros m E; [easy|].
    destruct (merged higher ys) as [(j, b)|] eqn:Y; simpl in E; injection E as <-.
    - destruct (IH _ eq_refl) as (M & L). unfold higher; simpl in *.
      destruct (Nat.ltb_spec i j); [|destruct (Nat.ltb_spec j i)]; simpl.
      + rewrite Nat.eqb_refl. replace (filter _ ys) with (@nil (nat * A)).
        * split; [easy|]. intros x [<-|I]; simpl; [|specialize (L x I)]; lia.
        * symmetry. apply filter_nothing. intros x I. specialize (L x I). apply Nat.eqb_neq. lia.
      + rewrite (proj2 (Nat.eqb_neq i j)) by lia. split; [easy|].
        intros x [<-|I]; simpl; auto; lia.
      + assert (i = j) as -> by lia. rewrite Nat.eqb_refl; simpl. rewrite M. split; [easy|].
        intros x [<-|I]; simpl; auto.
    - rewrite Nat.eqb_refl. apply merged_none in Y. subst. split; [easy|]. now intros x [<-|[]].
  Qed.
End Ranked.
