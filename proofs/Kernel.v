(* The one collapse of evidence to a decision, and the laws of composition.

   Mirrors `combine` and `demands` in engine/interlock/kernel/combine.py: no
   denial, no demand that isn't met, no limits that contradict each other and no
   obligation that clashes or that the caller doesn't know. *)

From Coq Require Import List Bool Arith.
From Interlock Require Import Semilattice Limits Obligations Signals.
Import ListNotations.

(* The places that a closed layer demands a permit for: closed areas times items. *)
Record authority := Layer { rank : nat; demanded : list nat }.

Definition demands (ls : list authority) : list (nat * nat) :=
  flat_map (fun l => map (pair (rank l)) (demanded l)) ls.

Definition is_grant (d : nat * nat) (s : signal) : bool :=
  match s with
  | Grants l p => (l =? fst d) && (p =? snd d)
  | _ => false
  end.

(* What all limits leave of a measure, and all obligations of a key together. *)
Definition bounds_on (m : nat) (e : list signal) : list bounds :=
  flat_map (fun s => match s with Bounds n b => if n =? m then [b] else [] | _ => [] end) e.

Definition key_dec : forall k l : key, {k = l} + {k <> l}.
Proof. repeat decide equality. Defined.

Definition duties_on (k : key) (e : list signal) : list content :=
  flat_map (fun s => match s with Obliges l c => if key_dec l k then [c] else [] | _ => [] end) e.

Definition clashes (k : key) (e : list signal) : bool :=
  match merged (join (snd k)) (duties_on k e) with
  | Some Clash => true
  | _ => false
  end.

Section Kernel.
  (* The obligations that the caller knows how to meet. *)
  Variable knows : nat -> bool.

  (* Whether what the signal asks for can be had together with all the rest. *)
  Definition harmless (e : list signal) (s : signal) : bool :=
    match s with
    | Denies _ | Fails _ => false
    | Grants _ _ => true
    | Bounds m _ => negb (contradicts (met (bounds_on m e)))
    | Obliges k _ => negb (clashes k e) && knows (fst k)
    end.

  Definition collapse (ls : list authority) (e : list signal) : bool :=
    forallb (harmless e) e && forallb (fun d => existsb (is_grant d) e) (demands ls).

  Definition allowed (ls : list authority) (rules : list rule) : bool := collapse ls (evidence rules).

  (* Evidence is a semilattice up to `same`, which the collapse respects. *)

  Lemma demands_same ls ls' : same ls ls' -> same (demands ls) (demands ls').
  Proof. apply same_flat_map. Qed.

  Lemma harmless_same e e' s : same e e' -> harmless e s = harmless e' s.
  Proof.
    intros H. destruct s; simpl; trivial.
    - now rewrite (met_same (bounds_on measure e) (bounds_on measure e')) by now apply same_flat_map.
    - unfold clashes.
      now rewrite (merged_same _ (obl_merge_aci (snd k)) (duties_on k e) (duties_on k e'))
        by now apply same_flat_map.
  Qed.

  Lemma collapse_same ls ls' e e' : same ls ls' -> same e e' -> collapse ls e = collapse ls' e'.
  Proof.
    intros L H. unfold collapse. f_equal.
    - rewrite (forallb_same _ e e' H). apply forallb_equal. intros s. now apply harmless_same.
    - rewrite (forallb_same _ (demands ls) (demands ls')) by now apply demands_same.
      apply forallb_equal. intros d. now apply existsb_same.
  Qed.

  Lemma collapse_iff ls e :
    collapse ls e = true <->
    (forall s, In s e -> harmless e s = true)
    /\ forall l p, In (l, p) (demands ls) -> In (Grants l p) e.
  Proof.
    unfold collapse. rewrite andb_true_iff, !forallb_forall.
    split; intros (H & D); (split; [exact H|]).
    - intros l p I. apply D, existsb_exists in I. destruct I as (s & I & G).
      destruct s; try discriminate. simpl in G. rewrite andb_true_iff, !Nat.eqb_eq in G.
      destruct G. now subst.
    - intros (l, p) I. apply existsb_exists. exists (Grants l p). simpl. rewrite !Nat.eqb_refl. auto.
  Qed.

  (* When one body of evidence allows no more than another.

     `narrower ds e e'`: of the demands `ds`, `e'` meets none that `e` doesn't meet; it denies
     if `e` does; and unless it denies it holds every limit and obligation that `e` holds. *)

  Definition denied (e : list signal) : Prop := exists s, In s e /\ is_denial s = true.

  Definition is_burden (s : signal) : bool :=
    match s with
    | Bounds _ _ | Obliges _ _ => true
    | _ => false
    end.

  Definition narrower (ds : list (nat * nat)) (e e' : list signal) : Prop :=
    (forall l p, In (l, p) ds -> In (Grants l p) e' -> In (Grants l p) e)
    /\ (denied e -> denied e')
    /\ (~ denied e' -> forall s, is_burden s = true -> In s e -> In s e').

  Lemma harmless_mono e e' s :
    (forall s, is_burden s = true -> In s e -> In s e') ->
    is_burden s = true -> harmless e' s = true -> harmless e s = true.
  Proof.
    intros I B H. destruct s as [| | |m b|k c]; try discriminate; simpl in *.
    - rewrite negb_true_iff in *. apply not_true_iff_false. intros C.
      apply (contradiction_is_final _ (bounds_on m e')) in C; [congruence|].
      intros x. unfold bounds_on. rewrite !in_flat_map. intros (s & J & K).
      exists s. split; [|exact K]. apply I; trivial. now destruct s.
    - rewrite andb_true_iff, negb_true_iff in *. destruct H as (H & ->). split; [|easy].
      unfold clashes in *. apply not_true_iff_false. intros C.
      destruct (merged (join (snd k)) (duties_on k e)) as [[| |]|] eqn:M; try discriminate.
      apply (clash_is_final _ _ (duties_on k e')) in M; [now rewrite M in H|].
      intros x. unfold duties_on. rewrite !in_flat_map. intros (s & J & K).
      exists s. split; [|exact K]. apply I; trivial. now destruct s.
  Qed.

  Lemma narrower_allows_less ls e e' :
    narrower (demands ls) e e' -> collapse ls e' = true -> collapse ls e = true.
  Proof.
    intros (G & D & B). rewrite !collapse_iff. intros (H & M).
    assert (no : ~ denied e').
    { intros (s & I & J). apply H in I. now destruct s. }
    split; [|auto]. intros s I. destruct (is_burden s) eqn:U.
    - apply (harmless_mono e e'); auto.
    - destruct s; try discriminate; trivial; exfalso; apply no, D; eexists; split; eauto.
  Qed.

  Lemma narrower_refl ds e : narrower ds e e.
  Proof. repeat split; auto. Qed.

  Lemma denied_app e f : denied (e ++ f) <-> denied e \/ denied f.
  Proof.
    unfold denied. split.
    - intros (s & I & D). apply in_app_iff in I as [I|I]; eauto.
    - intros [(s & I & D)|(s & I & D)]; exists s; rewrite in_app_iff; auto.
  Qed.

  Lemma narrower_app ds e e' f f' : narrower ds e e' -> narrower ds f f' -> narrower ds (e ++ f) (e' ++ f').
  Proof.
    intros (G & D & B) (G' & D' & B'). unfold narrower. rewrite !denied_app. repeat split.
    - intros l p I. rewrite !in_app_iff. intros [J|J]; eauto.
    - tauto.
    - intros N s U. rewrite !in_app_iff. intros [I|I]; [left; apply B|right; apply B']; tauto.
  Qed.

  Lemma narrower_rules ds rules rules' :
    Forall2 (fun r r' => narrower ds (counts r) (counts r')) rules rules' ->
    narrower ds (evidence rules) (evidence rules').
  Proof. induction 1; simpl; [apply narrower_refl|now apply narrower_app]. Qed.

  (* What a rule does to a body of evidence, in terms of `denies` and `grants`. *)

  Lemma denied_iff rules : denied (evidence rules) <-> exists r, In r rules /\ denies r = true.
  Proof.
    unfold denied, evidence. setoid_rewrite in_flat_map. setoid_rewrite counts_denial. firstorder.
  Qed.

  Lemma granted_iff rules l p :
    In (Grants l p) (evidence rules) <-> exists r, In r rules /\ layer r = l /\ grants r p = true.
  Proof. unfold evidence. rewrite in_flat_map. now setoid_rewrite counts_grant. Qed.
End Kernel.
