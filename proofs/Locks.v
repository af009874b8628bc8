(* Locks that are made instead of some values alone: what they give lasts. *)

From Coq Require Import List Bool Arith Lia.
From Interlock Require Import Semilattice Mutation.
Import ListNotations.

(* One that names no values takes part whatever is there. *)
Lemma takes_part_always c w : takes_part None w = true -> takes_part c w = true.
Proof. unfold takes_part. now destruct (makes w) as [| | |v [|u instead]]. Qed.

Lemma takes_part_not_always w :
  takes_part None w = false -> exists v instead, makes w = Lock v instead /\ instead <> [].
Proof.
  unfold takes_part. destruct (makes w) as [| | |v [|u instead]]; try discriminate.
  intros _. exists v, (u :: instead). easy.
Qed.

Lemma takes_part_there w u v instead :
  makes w = Lock v instead -> takes_part (Some u) w = true -> instead = [] \/ In u instead.
Proof.
  unfold takes_part. intros -> P. destruct instead as [|i instead]; [now left|right].
  now destruct (in_dec value_dec u (i :: instead)).
Qed.

Lemma highest_lowers acts k f w v :
  highest acts = Some (k, f) -> In w acts -> In v (constant w) -> k <= by_layer w.
Proof.
  intros H I J. apply merged_higher in H as (_ & L). apply (L (by_layer w, Only v)).
  apply in_flat_map. exists w. split; trivial. apply in_map_iff. eauto.
Qed.

(* Where all that the highest layer gives is one constant, that is what comes of it. *)
Lemma highest_agrees acts k f v :
  highest acts = Some (k, f) ->
  (forall w u, In w acts -> by_layer w = k -> In u (constant w) -> u = v) -> f = Only v.
Proof.
  intros H A. apply merged_higher in H as (M & _). simpl in M.
  apply (merged_least _ (aci_agree value_dec) (Only v)) in M.
  - destruct f as [u|]; [|discriminate]. simpl in M. destruct (value_dec u v); congruence.
  - intros g I. apply in_map_iff in I as ((j, h) & <- & I). apply filter_In in I as (I & J).
    apply Nat.eqb_eq in J. simpl in J. subst j.
    apply in_flat_map in I as (w & W & I). apply in_map_iff in I as (u & E & D). injection E as <- <-.
    simpl. rewrite (A w u W eq_refl D). now destruct (value_dec v v).
Qed.

Lemma locks w v : stratum w = 3 -> In v (constant w) -> exists instead, makes w = Lock v instead.
Proof. unfold stratum, constant. destruct (makes w); try easy. intros _ [->|[]]. eauto. Qed.

(* Where what the locks of a place gave is there, they give it again, or none takes part. *)
Lemma highest_lasts ws acts p c k v :
  lasting ws ->
  (forall w, In w acts -> In w ws /\ target w = p /\ stratum w = 3) ->
  highest (filter (takes_part c) acts) = Some (k, Only v) ->
  let again := highest (filter (takes_part (Some v)) acts) in
  again = None \/ exists j, again = Some (j, Only v).
Proof.
  intros D A H again. destruct again as [(j, f)|] eqn:G; [right; exists j|now left].
  unfold again in G. do 2 f_equal. apply (highest_agrees _ _ _ _ G). intros w u I <- U.
  apply highest_decides in H as ((w1 & I1 & K & V) & L). apply filter_In in I1 as (I1 & _).
  apply filter_In in I as (I & P).
  destruct (A w I) as (W & T & S), (A w1 I1) as (W1 & T1 & S1).
  destruct (locks w u S U) as (instead & M), (locks w1 v S1 V) as (instead1 & M1).
  destruct (takes_part_there w v u instead M P) as [->|N].
  - destruct (L w u) as (Q & R); trivial.
    { apply filter_In. split; trivial. apply takes_part_always. unfold takes_part. now rewrite M. }
    destruct (Nat.eq_dec (by_layer w) k) as [X|X]; [now apply R|].
    destruct instead1 as [|i rest].
    + assert (by_layer w <= by_layer w1); [|lia].
      apply (highest_lowers _ _ _ _ v G); trivial. apply filter_In. split; trivial.
      unfold takes_part. now rewrite M1.
    + specialize (D w1 w v (i :: rest) W1 W (eq_trans T1 (eq_sym T)) M1).
      rewrite M in D. apply D; [easy|easy|lia].
  - specialize (D w w1 u instead W W1 (eq_trans T (eq_sym T1)) M). rewrite M1 in D.
    destruct instead; [easy|]. now apply D in N.
Qed.
