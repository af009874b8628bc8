(* The laws of composition, for any number of rules and of layers. *)

From Coq Require Import List Bool Arith Permutation.
From Interlock Require Import Semilattice Limits Obligations Signals Kernel.
Import ListNotations.

Section Composition.
  Variable knows : nat -> bool.

  Notation allowed := (allowed knows).
  Notation collapse := (collapse knows).

  (* Whether a layer allows; and whether what all layers limit and oblige to can be had together. *)

  Definition layer_allows (l : authority) (rules : list rule) : Prop :=
    (forall r, In r rules -> layer r = rank l -> denies r = false)
    /\ forall p, In p (demanded l) -> exists r, In r rules /\ layer r = rank l /\ grants r p = true.

  Definition compatible (rules : list rule) : Prop :=
    (forall m b, In (Bounds m b) (evidence rules) -> contradicts (met (bounds_on m (evidence rules))) = false)
    /\ forall k c, In (Obliges k c) (evidence rules) ->
         clashes k (evidence rules) = false /\ knows (fst k) = true.

  Lemma demands_iff ls l p : In (l, p) (demands ls) <-> exists a, In a ls /\ rank a = l /\ In p (demanded a).
  Proof.
    unfold demands. rewrite in_flat_map. setoid_rewrite in_map_iff. split.
    - intros (a & I & q & H & J). injection H as <- <-. eauto.
    - intros (a & I & <- & J). exists a. split; eauto.
  Qed.

  (* A denial anywhere is final. *)
  Theorem deny_overrides : forall ls rules r, In r rules -> denies r = true -> allowed ls rules = false.
  Proof.
    intros ls rules r I D. apply not_true_iff_false. intros A. apply collapse_iff in A as (H & _).
    assert (denied (evidence rules)) as (s & J & K) by (apply denied_iff; eauto).
    apply H in J. now destruct s.
  Qed.

  (* Where nobody of a layer permits what the layer demands to be permitted, the answer is no. *)
  Theorem default_deny : forall ls rules l p,
    In l ls -> In p (demanded l) ->
    (forall r, In r rules -> layer r = rank l -> grants r p = false) ->
    allowed ls rules = false.
  Proof.
    intros ls rules l p L P N. apply not_true_iff_false. intros A. apply collapse_iff in A as (_ & M).
    assert (In (Grants (rank l) p) (evidence rules)) as G by (apply M, demands_iff; eauto).
    apply granted_iff in G as (r & I & E & G). rewrite (N r I E) in G. discriminate.
  Qed.

  (* Allowed exactly where every layer allows and what they all want can be had together. *)
  Theorem allow_iff : forall ls rules,
    (forall r, In r rules -> In (layer r) (map rank ls)) ->
    allowed ls rules = true <-> (forall l, In l ls -> layer_allows l rules) /\ compatible rules.
  Proof.
    intros ls rules listed. split.
    - intros A. split.
      + intros l L. split.
        * intros r I _. apply not_true_iff_false. intros D.
          pose proof (deny_overrides ls rules r I D). congruence.
        * intros p P. apply collapse_iff in A as (_ & M). apply granted_iff, M, demands_iff. eauto.
      + apply collapse_iff in A as (H & _). split.
        * intros m b I. apply H in I. now apply negb_true_iff in I.
        * intros k c I. apply H, andb_true_iff in I. now rewrite negb_true_iff in I.
    - intros (L & B & O). apply collapse_iff. split.
      + intros s I. destruct s as [l|l|l p|m b|k c]; trivial.
        1, 2: assert (denied (evidence rules)) as D by (eexists; split; [exact I|reflexivity]);
          apply denied_iff in D as (r & J & D);
          destruct (proj1 (in_map_iff _ _ _) (listed r J)) as (a & E & K);
          rewrite (proj1 (L a K) r J (eq_sym E)) in D; discriminate.
        * apply negb_true_iff. eauto.
        * apply andb_true_iff. rewrite negb_true_iff. eauto.
      + intros l p D. apply demands_iff in D as (a & K & <- & P). apply granted_iff. now apply L.
  Qed.

  (* Rules and layers are sets: only which there are matters. *)

  Lemma evidence_same rules rules' : same rules rules' -> same (evidence rules) (evidence rules').
  Proof. apply same_flat_map. Qed.

  Theorem order_independent : forall ls ls' rules rules',
    Permutation ls ls' -> Permutation rules rules' -> allowed ls rules = allowed ls' rules'.
  Proof.
    intros ls ls' rules rules' L R. apply collapse_same; [|apply evidence_same];
      intros x; split; apply Permutation_in; auto using Permutation_sym.
  Qed.

  Theorem duplicate_independent : forall ls ls' rules rules',
    incl ls' ls -> incl rules' rules -> allowed (ls' ++ ls) (rules' ++ rules) = allowed ls rules.
  Proof.
    intros ls ls' rules rules' L R. apply collapse_same; [|apply evidence_same];
      intros x; rewrite in_app_iff; split; auto; intros [I|I]; auto.
  Qed.

  (* However rules are grouped, and groups joined, the decision is the one on all of them. *)
  Theorem regrouping : forall ls groups rules,
    same (concat groups) rules ->
    collapse ls (fold_right (@app signal) [] (map evidence groups)) = allowed ls rules.
  Proof.
    intros ls groups rules H.
    assert (fold_right (@app signal) [] (map evidence groups) = evidence (concat groups)) as ->.
    { clear H. induction groups as [|g groups IH]; simpl; trivial.
      unfold evidence in *. now rewrite flat_map_app, IH. }
    apply collapse_same; [easy|now apply evidence_same].
  Qed.

  (* Adding. *)

  Lemma without_permits ds rules :
    (forall r, In r rules -> is_permit r = false) -> narrower ds [] (evidence rules).
  Proof.
    intros H. repeat split; try easy.
    - intros l p _ G. apply granted_iff in G as (r & I & _ & G). specialize (H r I).
      unfold grants, permitted, is_permit in *. destruct (does r); try discriminate;
        now rewrite andb_false_r in G.
    - now intros (s & [] & _).
  Qed.

  (* Rules that aren't permits only ever narrow. *)
  Theorem add_deny_narrows : forall ls rules more,
    (forall r, In r more -> is_permit r = false) ->
    allowed ls (more ++ rules) = true -> allowed ls rules = true.
  Proof.
    intros ls rules more H. apply narrower_allows_less. unfold evidence. rewrite flat_map_app.
    apply (narrower_app _ [] (evidence more)); [now apply without_permits|apply narrower_refl].
  Qed.

  (* A permit without obligations never closes, whether it is true, false or fails. *)
  Theorem add_grant_never_closes : forall ls rules r,
    is_permit r = true -> duties r = [] ->
    allowed ls rules = true -> allowed ls (r :: rules) = true.
  Proof.
    intros ls rules r P D. apply narrower_allows_less.
    apply (narrower_app _ (counts r) []); [|apply narrower_refl].
    assert (forall s, In s (counts r) -> s = Grants (layer r) (place r)) as G.
    { intros s. unfold counts, says, fails, obliging. rewrite P, D. simpl. rewrite andb_false_r.
      destruct (enforced r), (errored r), (permitted r); simpl; intuition. }
    repeat split; try easy.
    - intros (s & I & K). apply G in I. now subst.
    - intros _ s U I. apply G in I. now subst.
  Qed.

  (* A further layer, with all of its rules, only ever narrows. *)
  Theorem add_layer_narrows : forall ls more rules theirs,
    (forall r, In r theirs -> ~ In (layer r) (map rank ls)) ->
    allowed (ls ++ more) (rules ++ theirs) = true -> allowed ls rules = true.
  Proof.
    intros ls more rules theirs H A.
    assert (collapse ls (evidence (rules ++ theirs)) = true) as B.
    { apply collapse_iff in A as (A & M). apply collapse_iff. split; trivial.
      intros l p I. apply M. unfold demands. rewrite flat_map_app. apply in_app_iff. now left. }
    revert B. apply narrower_allows_less. unfold evidence. rewrite flat_map_app.
    rewrite <- (app_nil_r (flat_map counts rules)) at 1. apply narrower_app; [apply narrower_refl|].
    repeat split; try easy.
    - intros l p D G. apply granted_iff in G as (r & I & <- & _). apply demands_iff in D as (a & J & E & _).
      destruct (H r I). rewrite <- E. now apply in_map.
    - now intros (s & [] & _).
  Qed.

  Definition own (l : authority) (rules : list rule) : list rule := filter (fun r => layer r =? rank l) rules.

  Lemma each_layer_allows ls rules l : In l ls -> allowed ls rules = true -> allowed [l] (own l rules) = true.
  Proof.
    intros L A.
    assert (collapse [l] (evidence rules) = true) as B.
    { apply collapse_iff in A as (A & M). apply collapse_iff. split; trivial.
      intros k p I. apply M. apply demands_iff in I as (a & [<-|[]] & E & P). apply demands_iff. eauto. }
    revert B. apply narrower_allows_less. repeat split.
    - intros k p D G. apply granted_iff in G as (r & I & E & G). apply granted_iff. exists r.
      repeat split; trivial.
      apply filter_In. split; trivial. apply demands_iff in D as (a & [<-|[]] & <- & _). now apply Nat.eqb_eq.
    - rewrite !denied_iff. intros (r & I & D). apply filter_In in I. exists r. tauto.
    - intros _ s _. unfold evidence. rewrite !in_flat_map. intros (r & I & J).
      apply filter_In in I. exists r. tauto.
  Qed.

  (* What one layer denies no rules of other layers allow, however they are changed or added to. *)
  Theorem layer_ceiling : forall ls rules rules' l,
    In l ls -> own l rules' = own l rules ->
    allowed [l] (own l rules) = false -> allowed ls rules' = false.
  Proof.
    intros ls rules rules' l L E D. apply not_true_iff_false. intros A.
    apply (each_layer_allows ls rules' l L) in A. congruence.
  Qed.

  (* Limits that leave no value deny. *)
  Theorem conflict_denies : forall ls rules m,
    contradicts (met (bounds_on m (evidence rules))) = true -> allowed ls rules = false.
  Proof.
    intros ls rules m C. apply not_true_iff_false. intros A. apply collapse_iff in A as (H & _).
    destruct (bounds_on m (evidence rules)) as [|b bs] eqn:E; [discriminate|].
    assert (In b (bounds_on m (evidence rules))) as I by (rewrite E; now left).
    unfold bounds_on in I. apply in_flat_map in I as (s & I & J).
    destruct s as [| | |n b'|]; try easy. destruct (Nat.eqb_spec n m) as [->|]; [|easy].
    apply H in I. simpl in I. now rewrite E, C in I.
  Qed.

  (* So do obligations that clash, and those that the caller doesn't know how to meet. *)
  Theorem obl_conflict_denies : forall ls rules k,
    clashes k (evidence rules) = true -> allowed ls rules = false.
  Proof.
    intros ls rules k C. apply not_true_iff_false. intros A. apply collapse_iff in A as (H & _).
    assert (exists c, In c (duties_on k (evidence rules))) as (c & I).
    { unfold clashes in C. destruct (duties_on k (evidence rules)) as [|c cs]; [discriminate|].
      exists c. now left. }
    unfold duties_on in I. apply in_flat_map in I as (s & I & J).
    destruct s as [| | | |l c']; try easy. destruct (key_dec l k) as [->|]; [|easy].
    apply H in I. simpl in I. now rewrite C in I.
  Qed.

  Theorem obl_unknown_denies : forall ls rules k c,
    In (Obliges k c) (evidence rules) -> knows (fst k) = false -> allowed ls rules = false.
  Proof.
    intros ls rules k c I K. apply not_true_iff_false. intros A. apply collapse_iff in A as (H & _).
    apply H in I. simpl in I. now rewrite K, andb_false_r in I.
  Qed.
End Composition.
